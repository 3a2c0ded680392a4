package bigtableio

import (
	"context"
	"time"

	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// deadline is how long a call may take. One that takes longer is made again if it may be.
const deadline = time.Minute

// patience is how often a call is made before its service's failure is taken for lasting.
type patience struct {
	// calls is how often it is made in all.
	calls int
	// failures is how many of them may fail for another reason than a quota that is used up for the moment.
	failures int
}

// rowPatience and lookPatience are for calls with rows and for those that administer. With the pauses between them, 8 calls
// take 7 seconds at most beside their own time, and 18 take 103: Bigtable may be out of quota for its administration for
// more than a minute when hundreds of workers begin at once, but is soon back if it was away.
func rowPatience() patience  { return patience{calls: 8, failures: 8} }
func lookPatience() patience { return patience{calls: 18, failures: 8} }

func pauses() gax.Backoff {
	return gax.Backoff{Initial: 50 * time.Millisecond, Max: 10 * time.Second, Multiplier: 2}
}

// spent takes a failure into account and reports whether the call isn't worth another attempt.
func (p *patience) spent(err error) bool {
	p.calls--
	if !gcperr.Exhausted(err) {
		p.failures--
	}
	return p.calls == 0 || p.failures == 0 || !gcperr.BigtableTransient(err)
}

// retry makes a call that may be made twice until it succeeds, fails in a way that doesn't pass, or no patience is left.
// It is all that tries again: the retries of Google's clients are turned off.
func retry(ctx context.Context, left patience, call func(context.Context) error) error {
	pause := pauses()
	for {
		once, cancel := context.WithTimeout(ctx, deadline)
		err := call(once)
		cancel()
		if err == nil || ctx.Err() != nil || left.spent(err) {
			return err
		}
		if err := gax.Sleep(ctx, pause.Pause()); err != nil {
			return err
		}
	}
}
