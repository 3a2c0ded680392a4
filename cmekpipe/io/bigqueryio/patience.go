package bigqueryio

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

const (
	// patienceTime is for how long a call that fails for a passing reason is tried again.
	patienceTime = 2 * time.Minute
	// answerTime is for how long an answer is waited for. BigQuery's connections may hang without an error.
	answerTime   = time.Minute
	firstPause   = 100 * time.Millisecond
	longestPause = 8 * time.Second
)

// patience bounds how long a call is tried again.
type patience struct {
	until time.Time
	pause time.Duration
	also  func(error) bool // further errors that pass
}

func newPatience() *patience {
	return &patience{until: time.Now().Add(patienceTime), pause: firstPause}
}

// again waits before the next attempt and reports whether there is to be one.
func (p *patience) again(ctx context.Context, err error) bool {
	if ctx.Err() != nil || !gcperr.Transient(err) && (p.also == nil || !p.also(err)) || time.Now().After(p.until) {
		return false
	}
	timer := time.NewTimer(p.pause/2 + rand.N(p.pause/2))
	defer timer.Stop()
	p.pause = min(2*p.pause, longestPause)
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// try calls until there is an answer, a failure that stays, or no patience. Each attempt has a time limit of its own.
func (p *patience) try(ctx context.Context, call func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, answerTime)
		err := call(attempt)
		cancel()
		if err == nil {
			return nil
		}
		if !p.again(ctx, err) {
			return settled(ctx, err)
		}
	}
}

// sentinel is an error that is compared by its value.
type sentinel string

func (s sentinel) Error() string { return string(s) }

// errSilent stands for a time limit of this package, which is not one of the caller's context.
const errSilent sentinel = "got no answer in time"

// settled returns the error of the caller's context, if that is why a call failed, and never one of an attempt's.
func settled(ctx context.Context, err error) error {
	if ctxErr := ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errSilent
	}
	return err
}
