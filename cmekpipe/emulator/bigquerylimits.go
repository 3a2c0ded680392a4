package emulator

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// BigQueryLimits are the delays, quotas, limits and default keys of the emulated BigQuery, for [Cloud.SetBigQueryLimits]. A
// field that is 0 keeps what Google documents for the location of the data. All times are those of the cloud's clock.
type BigQueryLimits struct {
	// BufferDelay is how long rows of insertAll and of the Storage Write API stay in write-optimized storage: queries and
	// read sessions see them; the number of rows of a table, copy jobs and extract jobs don't. Default: 90 minutes. A
	// negative delay keeps no rows there.
	BufferDelay time.Duration
	// StreamsPerHour is how many write streams a project may create. Default: 10,000.
	StreamsPerHour int
	// Connections is how many calls of AppendRows a project may have open. Default: 1,000, and 10,000 in US and EU.
	Connections int
	// AppendBytes is how many bytes of rows a project may append; then all its appends are refused for ten minutes, in which
	// the quota is refilled. Default: no limit.
	AppendBytes int64
	// CommitStreams is how many streams BatchCommitWriteStreams commits in a call. Default: 10,000.
	CommitStreams int
	// CommitBytes is how many bytes of rows it commits in a call. Default: 1 TB, and 10 TB in US and EU.
	CommitBytes int64
	// BytesPerByte is how many bytes AppendBytes and CommitBytes count for each appended byte, so that a test models
	// terabytes with megabytes. Default: 1.
	BytesPerByte int64
	// LateAppends breaks each connection of AppendRows after an answer with an error, and carries out what the client had
	// sent on it until then later: a request after each one that the client sends for the stream on a new connection, and
	// the rest when the stream is finalized.
	LateAppends bool
	// RequireRouting refuses calls of AppendRows without the header x-goog-request-params that names their stream, as some
	// regions do. A header that names another stream is always refused.
	RequireRouting bool
	// ProjectKeys are the default keys of projects, each for data in the locations that it serves. Such a key encrypts a
	// table or query result whose creator names no key and whose dataset has no default key.
	ProjectKeys []cmekpipe.KeyName
}

// SetBigQueryLimits replaces the delays, quotas, limits and default keys of BigQuery.
func (c *Cloud) SetBigQueryLimits(l BigQueryLimits) { c.tables.SetLimits(store.Limits(l)) }
