package bigqueryio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// attemptTimeout is how long BigQuery may take to answer. Its connections may hang without an error.
const attemptTimeout = time.Minute

// callPolicy retries a call for two minutes, which is longer than BigQuery's usual disturbances and shorter than a worker
// should hold a bundle that Beam can retry elsewhere. Google's clients of the Storage APIs retry nothing here: they would hide a
// hanging connection. The client of tables, datasets and insertAll retries some calls too, within the limit of an attempt.
func callPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.BigQuery, Initial: 100 * time.Millisecond, Max: 8 * time.Second, Jitter: 0.5,
		MaxElapsed: 2 * time.Minute, Timeout: attemptTimeout}
}

// Quotas of the Storage Write API are refilled within these times. BigQuery refuses all appends of a project for up to ten
// minutes when its throughput in a region is used up, and new streams for up to an hour.
// Sources: https://docs.cloud.google.com/bigquery/quotas#write-api-limits, https://github.com/apache/beam/pull/31837.
const (
	appendRefill = 15 * time.Minute
	streamRefill = 65 * time.Minute
)

// appendPolicy is [newTablePolicy] for requests of AppendRows. In a run that never ends, a row waits for its quota as long
// as the runner lets it.
func appendPolicy(fresh, unbounded bool) retry.Policy {
	p := newTablePolicy(fresh)
	p.QuotaInitial, p.QuotaElapsed, p.Max = time.Second, appendRefill, time.Minute
	if unbounded {
		p.QuotaElapsed = retry.Forever
	}
	return p
}

// createPolicy is for CreateWriteStream, which all bundles call when a run begins. Above 40 calls a second an answer takes
// longer than 25 seconds, and a call that is given up too early may have created a stream that counts against the quota.
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-best-practices#limit_the_rate_of_stream_creation.
func createPolicy(fresh bool) retry.Policy {
	p := newTablePolicy(fresh)
	p.Max, p.MaxElapsed, p.Timeout = 2*time.Minute, 20*time.Minute, 5*time.Minute
	p.QuotaInitial, p.QuotaElapsed = 10*time.Second, streamRefill
	return p
}

// commitPolicy is for FinalizeWriteStream and BatchCommitWriteStreams. Google's client gives each attempt ten minutes: a
// commit of thousands of streams takes minutes.
func commitPolicy() retry.Policy {
	p := callPolicy()
	p.Max, p.MaxElapsed, p.Timeout = time.Minute, 20*time.Minute, 10*time.Minute
	return p
}

// newTablePolicy is [callPolicy] that also retries NotFound if the table or dataset is new: not every server of BigQuery
// knows it at once.
func newTablePolicy(isNew bool) retry.Policy {
	p := callPolicy()
	if isNew {
		p.Also = gcperr.IsNotFound
	}
	return p
}

// jobPolicy is for the pauses between two polls of a job. Most jobs end within seconds.
func jobPolicy() retry.Policy {
	return retry.Policy{Initial: 100 * time.Millisecond, Max: 5 * time.Second}
}

// sentinel is an error that is compared by its value.
type sentinel string

func (s sentinel) Error() string { return string(s) }
