package spannerio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// readPolicy is for calls that read a database's description. Google's client retries their transient errors, so that only
// an exhausted quota is left, which hundreds of workers that start at once may cause: up to 15 attempts, with pauses of less
// than two minutes in all. Its pauses are also those between two reads of a database that is being created.
func readPolicy() retry.Policy {
	return retry.Policy{Initial: 100 * time.Millisecond, Max: 10 * time.Second, Jitter: 1, Attempts: 1, QuotaAttempts: 15}
}

// createPolicy creates a database up to 5 times: Google's client does not retry that call, because its answer may have been
// lost. Each further attempt comes after a read that found no database, so that AlreadyExists only says that another worker
// was faster.
func createPolicy() retry.Policy {
	return retry.Policy{Initial: 100 * time.Millisecond, Max: 10 * time.Second, Jitter: 1, Attempts: 5,
		Also: func(err error) bool { return gcperr.Code(err) == cmekpipe.AlreadyExists }}
}
