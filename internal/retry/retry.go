// Package retry repeats calls of Google Cloud services that fail for a transient reason. [Do] is what most callers need:
//
//	err := retry.Do(ctx, retry.Policy{
//		Service: gcperr.Datastore, Initial: 100 * time.Millisecond, Max: 10 * time.Second, Attempts: 6,
//	}, call)
//
// Each caller keeps its Policy in one named function that documents why its bounds are what they are. Package gcperr decides
// whether an error is transient, and so does [Policy].Also where a caller sets it. Errors of this module, [*cmekpipe.Error], are
// never retried. Callers that do something between two attempts, such as opening a new
// connection, use [Policy.Start], and callers that poll use [Policy.Wait].
//
// # Errors
//
// An error of the caller's context is returned as it is. The end of an attempt's own time limit is [ErrTimeout]. Any other
// error is the one of the last attempt.
//
// # Concurrency
//
// A Policy may be used by many goroutines, and so may an [Attempts].
package retry

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Policy says which failures of a call are retried, how often, and after which pauses. The zero Policy makes one attempt.
type Policy struct {
	// Service decides which errors are transient.
	Service gcperr.Service
	// Also reports further errors that are retried, such as NotFound for a table that was just created. May be nil.
	Also func(error) bool

	// Initial is the pause after the first attempt. It doubles after each further one, up to Max.
	Initial, Max time.Duration
	// Jitter is the largest part of each pause that is left out at random, from 0 to 1, so that many workers that failed
	// together do not retry together.
	Jitter float64

	// Attempts is the most attempts of a call; 0 sets no limit if MaxElapsed does.
	Attempts int
	// QuotaAttempts is the most attempts if the service refuses some of them because a quota is used up; those do not count
	// against Attempts. Default: Attempts.
	QuotaAttempts int
	// QuotaInitial is the pause after the first failure of a call whose service says that a quota is used up. It doubles after
	// each further one, up to Max. Default: the pauses of other failures.
	QuotaInitial time.Duration
	// QuotaElapsed is how long after the start of the first attempt such a failure is still retried. The pauses after such
	// failures then don't count against MaxElapsed. Default: MaxElapsed. [Forever] sets no limit but the context's.
	QuotaElapsed time.Duration
	// MaxElapsed is how long after the start of the first attempt a failure is still retried; 0 sets no limit if Attempts
	// does.
	MaxElapsed time.Duration
	// Timeout is the time limit of each attempt; 0 sets none.
	Timeout time.Duration
}

// Forever is longer than anybody waits.
const Forever = time.Duration(math.MaxInt64)

// Do makes a call until it succeeds, fails for a reason that is not transient, or the policy allows no further attempt.
func Do(ctx context.Context, p Policy, call func(context.Context) error) error {
	attempts := p.Start()
	for {
		err := p.once(ctx, call)
		if err == nil || !attempts.Again(ctx, err) {
			return Err(ctx, err)
		}
	}
}

// once makes one attempt within the policy's time limit.
func (p Policy) once(ctx context.Context, call func(context.Context) error) error {
	if p.Timeout == 0 {
		return call(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	return call(ctx)
}

// ErrTimeout is the error of a call whose last attempt did not end within the policy's Timeout. It wraps no error of a
// context, which would be taken for the caller's.
const ErrTimeout timeoutError = "the service did not answer in time"

// timeoutError is a type of its own so that ErrTimeout is a constant.
type timeoutError string

// Error returns the text.
func (e timeoutError) Error() string { return string(e) }

// Err returns the error of ctx if ctx has ended, [ErrTimeout] for the error of another context, which is that of an attempt,
// and err otherwise. A nil err stays nil.
func Err(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return ErrTimeout
	}
	return err
}
