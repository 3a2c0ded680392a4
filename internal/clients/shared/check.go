package shared

import (
	"context"
	"time"
)

// CheckInterval is for how long the check of a destination's key is good. A connector checks again before a write when the
// last check is older, because the key of a topic or table can be changed, a database can be deleted and created again, and
// a cluster can be added.
const CheckInterval = 5 * time.Minute

// check is the last successful check of a destination, and the one that is running.
type check struct {
	good    time.Time // when the last successful check began; zero before the first
	running *flight
}

// flight is a running check that several callers may wait for.
type flight struct {
	done    chan struct{}
	err     error // once done is closed
	waiting int
	cancel  context.CancelFunc
}

// Check calls check unless a check with the id has succeeded within the last [CheckInterval], and returns its error.
//
// Callers with the same id wait for one call. check gets a context with the values of the first caller's, which ends only when
// all that wait have given up, so that a cancelled bundle does not fail others. If ctx ends first, Check returns the error of ctx. An
// error is not remembered: the next caller checks again, so that a key that was repaired is used at once.
func Check(ctx context.Context, id ID, check func(context.Context) error) error {
	f := Of(ctx).join(ctx, id, check)
	if f == nil {
		return ctx.Err()
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		Of(ctx).leave(id, f)
		return ctx.Err()
	}
}

// join returns the running check to wait for, after starting one if necessary, or nil if the last one is still good.
func (p *Process) join(first context.Context, id ID, run func(context.Context) error) *flight {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.checks[id]
	if c == nil {
		c = &check{}
		p.checks[id] = c
	}
	start := p.now()
	switch {
	case !c.good.IsZero() && start.Sub(c.good) < CheckInterval:
		return nil
	case c.running == nil:
		ctx, cancel := context.WithCancel(context.WithoutCancel(first))
		f := &flight{done: make(chan struct{}), cancel: cancel}
		c.running = f
		go func() {
			defer cancel()
			p.finish(c, f, start, run(ctx))
		}()
	}
	c.running.waiting++
	return c.running
}

// finish ends a check. What the service reported is as old as the start of the check.
func (p *Process) finish(c *check, f *flight, start time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.running == f {
		c.running = nil
	}
	if f.err = err; err == nil {
		c.good = start
	}
	close(f.done)
}

// leave gives a running check up. The last one that leaves cancels it; callers that come later start another.
func (p *Process) leave(id ID, f *flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	if c := p.checks[id]; c != nil && c.running == f {
		c.running = nil
	}
	f.cancel()
}
