package retry

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Attempts counts the attempts of one call, see [Policy.Start].
type Attempts struct {
	policy Policy

	mu     sync.Mutex
	began  time.Time
	failed int // attempts
	quota  int // those of failed that the service refused because a quota was used up

	exhausted bool          // the last attempt was one of them
	refilling time.Duration // pauses after them
}

// Start begins to count the attempts of a call, the first of which begins now.
func (p Policy) Start() *Attempts { return &Attempts{policy: p, began: time.Now()} }

// Again counts an attempt that failed with err and reports whether the caller is to make another one. If so, it has paused
// as the policy says.
func (a *Attempts) Again(ctx context.Context, err error) bool {
	if ctx.Err() != nil || !a.Allow(err) {
		return false
	}
	pause := a.pause()
	if wait(ctx, pause) != nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.exhausted {
		a.refilling += pause
	}
	if pretended(ctx) != nil {
		a.began = a.began.Add(-pause)
	}
	return true
}

// pause returns the pause after the last attempt.
func (a *Attempts) pause() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch p := a.policy; {
	case p.QuotaInitial == 0:
		return p.pause(a.failed - 1)
	case a.exhausted:
		p.Initial = p.QuotaInitial
		return p.pause(a.quota - 1)
	default:
		return p.pause(a.failed - a.quota - 1)
	}
}

// Allow is [Attempts.Again] without the pause, for clients of Google that pause themselves and ask whether to retry.
func (a *Attempts) Allow(err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed++
	if a.exhausted = gcperr.Exhausted(err); a.exhausted {
		a.quota++
	}
	return a.policy.transient(err) && !a.spent()
}

// Reset forgets the attempts so far, for calls that make progress, such as the download of a large object.
func (a *Attempts) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.began, a.failed, a.quota, a.exhausted, a.refilling = time.Now(), 0, 0, false, 0
}

// transient reports whether err is worth another attempt. An error of this module never is.
func (p Policy) transient(err error) bool {
	if _, own := errors.AsType[*cmekpipe.Error](err); own {
		return false
	}
	return p.Service.Transient(err) || p.Also != nil && p.Also(err)
}

// spent reports whether the policy allows no further attempt.
func (a *Attempts) spent() bool {
	p := a.policy
	if p.Attempts == 0 && p.MaxElapsed == 0 {
		return true
	}
	if p.Attempts > 0 && (a.failed-a.quota >= p.Attempts || a.failed >= max(p.Attempts, p.QuotaAttempts)) {
		return true
	}
	elapsed, limit := time.Since(a.began), p.MaxElapsed
	switch {
	case p.QuotaElapsed > 0 && a.exhausted:
		limit = p.QuotaElapsed
	case p.QuotaElapsed > 0:
		elapsed -= a.refilling
	}
	return limit > 0 && elapsed > limit
}
