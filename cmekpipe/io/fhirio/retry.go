package fhirio

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// callPolicy retries a call for two minutes: the quota of a store's requests is counted by the minute. Attempts have no time
// limit of their own, because a large bundle may take long.
func callPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.Healthcare, Initial: 250 * time.Millisecond, Max: 8 * time.Second, Jitter: 1,
		MaxElapsed: 2 * time.Minute}
}

// operationPolicy is for the pauses between two polls of an operation, which may take hours.
func operationPolicy() retry.Policy {
	return retry.Policy{Initial: 100 * time.Millisecond, Max: 15 * time.Second, Jitter: 1}
}
