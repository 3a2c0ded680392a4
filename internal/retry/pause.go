package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// maxPause is the key of [WithMaxPause].
type maxPause struct{}

// WithMaxPause returns a context under which no pause is longer than limit, so that tests need not wait. Nothing else of a
// policy changes.
func WithMaxPause(ctx context.Context, limit time.Duration) context.Context {
	return context.WithValue(ctx, maxPause{}, limit)
}

// Pauses returns the first and the longest pause of a policy, for clients of Google that pause themselves.
func (p Policy) Pauses(ctx context.Context) (initial, longest time.Duration) {
	if limit, ok := ctx.Value(maxPause{}).(time.Duration); ok {
		return min(p.Initial, limit), min(p.Max, limit)
	}
	return p.Initial, p.Max
}

// Wait pauses after attempt n, counted from 0, or until ctx ends.
func (p Policy) Wait(ctx context.Context, n int) error {
	return wait(ctx, p.pause(n))
}

// wait pauses as the context allows: for no longer than its limit, or as a test does it.
func wait(ctx context.Context, pause time.Duration) error {
	if limit, ok := ctx.Value(maxPause{}).(time.Duration); ok {
		pause = min(pause, limit)
	}
	if pretend := pretended(ctx); pretend != nil {
		return pretend(ctx, pause)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p Policy) pause(n int) time.Duration {
	pause := p.Max
	if n < 30 { // 2^30 pauses of 8 s still fit into a Duration
		pause = min(p.Initial<<n, p.Max)
	}
	if spread := time.Duration(p.Jitter * float64(pause)); spread > 0 {
		pause -= rand.N(spread)
	}
	return pause
}
