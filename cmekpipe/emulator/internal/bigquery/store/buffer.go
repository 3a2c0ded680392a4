package store

import (
	"time"

	raw "google.golang.org/api/bigquery/v2"
)

// span is a run of a table's rows in write-optimized storage, where insertAll and the Storage Write API put them: queries
// and read sessions see them; counts, copies and exports do not. Source:
// https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataavailability.
type span struct {
	from, to int // numbers of rows
	bytes    int64
	since    time.Time
}

// sameSpan is for how long rows that arrive one after the other leave the buffer together.
const sameSpan = time.Minute

// buffered returns the spans of a table whose rows are followed by new ones in the buffer. Spans of snapshots stay.
func buffered(spans []span, from, to int, bytes int64, now time.Time, delay time.Duration) []span {
	var kept []span
	for _, one := range spans {
		if now.Sub(one.since) < delay {
			kept = append(kept, one)
		}
	}
	if n := len(kept); n > 0 && kept[n-1].to == from && now.Sub(kept[n-1].since) < min(sameSpan, delay/2) {
		kept[n-1].to, kept[n-1].bytes = to, kept[n-1].bytes+bytes
		return kept
	}
	if from == to || delay <= 0 {
		return kept
	}
	return append(kept, span{from, to, bytes, now})
}

// Flush moves all rows of a table into read-optimized storage, as time does.
func (s *Store) Flush(ref TableRef) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t, err := s.table(ref)
	if err != nil {
		return err
	}
	flushed := *t
	flushed.buffer = nil
	d.tables[ref.Table] = &flushed
	return nil
}

// Optimized returns the rows of a table that are in read-optimized storage, about how many bytes they have, and what
// tables.get tells of the others, nil if there are none.
func (s *Store) Optimized(t *Table) (rows []Row, bytes int64, buffer *raw.Streamingbuffer) {
	return t.optimized(s.Now(), s.Limits(t.Location).BufferDelay)
}

func (t *Table) optimized(now time.Time, delay time.Duration) (rows []Row, bytes int64, buffer *raw.Streamingbuffer) {
	rows, bytes = t.Rows, t.Bytes
	at := 0
	for _, one := range t.buffer {
		if now.Sub(one.since) >= delay {
			continue
		}
		if buffer == nil {
			buffer = &raw.Streamingbuffer{OldestEntryTime: uint64(one.since.UnixMilli())}
			rows = nil
		}
		buffer.EstimatedRows += uint64(one.to - one.from)
		buffer.EstimatedBytes += uint64(one.bytes)
		rows, at, bytes = append(rows, t.Rows[at:one.from]...), one.to, bytes-one.bytes
	}
	if buffer != nil {
		rows = append(rows, t.Rows[at:]...)
	}
	return rows, bytes, buffer
}
