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

// conflictPolicy starts an operation again that conflicted with another one on the same store, which may run for minutes: 40
// times, within about ten minutes.
func conflictPolicy() retry.Policy {
	return retry.Policy{Also: isConflict, Initial: time.Second, Max: 30 * time.Second, Jitter: 1, Attempts: 40}
}

// bundleConflicts is how often a bundle is sent again that conflicts with another one, within half a minute. A bundle that
// still conflicts then does so because of its data, as one that deletes a resource that others refer to.
const bundleConflicts = 6

// bundlePolicy is callPolicy for bundles.
func bundlePolicy() retry.Policy {
	p, left := callPolicy(), bundleConflicts
	p.Also = func(err error) bool {
		if !isConflict(err) {
			return false
		}
		left--
		return left >= 0
	}
	return p
}

// operationPolicy is for the pauses between two polls of an operation, which may take hours.
func operationPolicy() retry.Policy {
	return retry.Policy{Initial: 100 * time.Millisecond, Max: 15 * time.Second, Jitter: 1}
}
