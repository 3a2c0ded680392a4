package bigqueryio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// attemptTimeout is how long BigQuery may take to answer. Its connections may hang without an error.
const attemptTimeout = time.Minute

// callPolicy retries a call for two minutes, which is longer than BigQuery's usual disturbances and shorter than a worker
// should hold a bundle that Beam can retry elsewhere. Google's clients retry nothing here: they would hide a hanging
// connection.
func callPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.BigQuery, Initial: 100 * time.Millisecond, Max: 8 * time.Second, Jitter: 0.5,
		MaxElapsed: 2 * time.Minute, Timeout: attemptTimeout}
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
