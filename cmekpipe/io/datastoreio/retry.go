package datastoreio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// callPolicy retries a call to Datastore or the Firestore Admin API up to 6 times, with pauses of at most 3 seconds in all:
// transactions that collide succeed within that time, and Beam retries the bundle after a longer disturbance. Each attempt
// may take a minute, as one may hang without an error.
func callPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.Datastore, Initial: 100 * time.Millisecond, Max: 10 * time.Second, Jitter: 1,
		Attempts: 6, Timeout: time.Minute}
}
