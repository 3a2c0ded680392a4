package storage

import (
	"sync"
	"time"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// streamLife is how long a stream lives that nobody uses or commits: three days. Source:
// https://docs.cloud.google.com/bigquery/docs/write-api-best-practices.
const streamLife = 72 * time.Hour

// stream is a write stream that a client made.
type stream struct {
	name    string
	ref     store.TableRef
	tableID uint64
	place   string
	kind    storagepb.WriteStream_Type
	created time.Time

	mu        sync.Mutex
	used      time.Time
	held      []store.Row // not in the table yet
	columns   []sql.Field // of the rows in held
	next      int64       // offset of the next row
	bytes     int64       // of all rows, as the limits count them
	finalized bool
	committed time.Time
}

// append appends rows of so many bytes at an offset; nil is the end. It returns the offset of the first one.
func (s *stream) append(
	tables *store.Store, offset *int64, columns []sql.Field, rows []store.Row, bytes int64,
) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.finalized:
		return 0, detail(codes.InvalidArgument, storagepb.StorageError_STREAM_FINALIZED, s.name, "Stream is finalized.")
	case offset != nil && *offset < s.next:
		return 0, detail(codes.AlreadyExists, storagepb.StorageError_OFFSET_ALREADY_EXISTS, s.name,
			"The offset is within stream.")
	case offset != nil && *offset > s.next:
		return 0, detail(codes.OutOfRange, storagepb.StorageError_OFFSET_OUT_OF_RANGE, s.name,
			"The offset is beyond stream.")
	}
	if s.kind == storagepb.WriteStream_COMMITTED {
		if err := tables.Append(s.ref, s.tableID, columns, rows); err != nil {
			return 0, err
		}
	} else {
		if err := tables.Usable(s.ref, s.tableID); err != nil {
			return 0, err
		}
		held, err := store.Widen(s.ref, s.held, s.columns, columns)
		if err != nil {
			return 0, err
		}
		s.held, s.columns = append(held, rows...), columns
	}
	at := s.next
	s.next, s.bytes = s.next+int64(len(rows)), s.bytes+bytes
	s.used = tables.Now()
	return at, nil
}

// flush puts the rows of a BUFFERED stream into the table, up to an offset and the row there.
func (s *stream) flush(tables *store.Store, offset int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kind != storagepb.WriteStream_BUFFERED {
		return detail(codes.InvalidArgument, storagepb.StorageError_INVALID_STREAM_TYPE, s.name,
			"Only BUFFERED streams can be flushed.")
	}
	if offset < 0 || offset >= s.next {
		return detail(codes.OutOfRange, storagepb.StorageError_OFFSET_OUT_OF_RANGE, s.name, "The offset is beyond stream.")
	}
	shown := s.next - int64(len(s.held)) // rows that are in the table
	count := offset + 1 - shown
	if count <= 0 {
		return nil
	}
	if err := tables.Append(s.ref, s.tableID, s.columns, s.held[:count]); err != nil {
		return err
	}
	s.held = append([]store.Row(nil), s.held[count:]...)
	s.used = tables.Now()
	return nil
}

// finalize ends the stream and returns how many rows it got.
func (s *stream) finalize() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finalized = true
	return s.next
}

// uncommittable says why a stream can't be committed to the table with that ID; nil if it can. The caller holds the
// stream's lock.
func (s *stream) uncommittable(table uint64) *storagepb.StorageError {
	refused := func(code storagepb.StorageError_StorageErrorCode, message string) *storagepb.StorageError {
		return &storagepb.StorageError{Code: code, Entity: s.name, ErrorMessage: message}
	}
	switch {
	case s.tableID != table: // it is one of a deleted table of that name
		return refused(storagepb.StorageError_STREAM_NOT_FOUND, "Requested entity was not found.")
	case s.kind != storagepb.WriteStream_PENDING:
		return refused(storagepb.StorageError_INVALID_STREAM_TYPE, "Only PENDING streams can be committed.")
	case !s.committed.IsZero():
		return refused(storagepb.StorageError_STREAM_ALREADY_COMMITTED, "Stream is already committed.")
	case !s.finalized:
		return refused(storagepb.StorageError_INVALID_STREAM_STATE, "Stream is not finalized.")
	}
	return nil
}

// expired reports whether the stream is gone. The caller does not hold its lock.
func (s *stream) expired(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.used) > streamLife
}

func (s *stream) resource() *storagepb.WriteStream {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &storagepb.WriteStream{
		Name: s.name, Type: s.kind, CreateTime: timestamppb.New(s.created), WriteMode: storagepb.WriteStream_INSERT,
		Location: s.place,
	}
	if !s.committed.IsZero() {
		w.CommitTime = timestamppb.New(s.committed)
	}
	return w
}
