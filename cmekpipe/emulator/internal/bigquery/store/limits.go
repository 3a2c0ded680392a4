package store

import (
	"strings"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// Limits are the delays, quotas, limits and default keys that the loopback BigQuery keeps. The zero Limits are those of a
// region, as Google documents them, without quotas on throughput and without default keys. Package emulator documents the
// fields.
type Limits struct {
	BufferDelay    time.Duration
	StreamsPerHour int
	Connections    int
	AppendBytes    int64
	CommitStreams  int
	CommitBytes    int64
	BytesPerByte   int64
	LateAppends    bool
	RequireRouting bool
	ProjectKeys    []cmekpipe.KeyName
}

// What Google documents. Sources: https://docs.cloud.google.com/bigquery/quotas#write-api-limits and
// https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataavailability.
const (
	bufferDelay      = 90 * time.Minute
	streamsPerHour   = 10_000
	connections      = 1_000
	commitStreams    = 10_000
	commitBytes      = 1_000_000_000_000
	multiCommitBytes = 10 * commitBytes
	multiConnections = 10 * connections
)

// SetLimits replaces the limits.
func (s *Store) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = l
}

// Limits returns the limits for data in a location: those that are set, and the documented ones for those that are not.
func (s *Store) Limits(place string) Limits {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.limits.in(place)
}

func (l Limits) in(place string) Limits {
	multi := strings.EqualFold(place, "US") || strings.EqualFold(place, "EU")
	pick := func(set, region, multiRegion int64) int64 {
		switch {
		case set != 0:
			return set
		case multi:
			return multiRegion
		}
		return region
	}
	l.BufferDelay = time.Duration(pick(int64(l.BufferDelay), int64(bufferDelay), int64(bufferDelay)))
	l.StreamsPerHour = int(pick(int64(l.StreamsPerHour), streamsPerHour, streamsPerHour))
	l.Connections = int(pick(int64(l.Connections), connections, multiConnections))
	l.CommitStreams = int(pick(int64(l.CommitStreams), commitStreams, commitStreams))
	l.CommitBytes = pick(l.CommitBytes, commitBytes, multiCommitBytes)
	l.BytesPerByte = max(l.BytesPerByte, 1)
	return l
}

// projectKey returns the default key of projects for data in a location; the zero KeyName if there is none.
func (l Limits) projectKey(place string) cmekpipe.KeyName {
	for _, key := range l.ProjectKeys {
		if location.ForDataset(key.Location(), place).Fit == location.Serves {
			return key
		}
	}
	return cmekpipe.KeyName{}
}
