// Package worker gives a test of DoFns a worker process of its own, whose clock the test moves. Call the DoFns with
// [Worker.Context].
package worker

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Worker is a worker process without clients and checks.
type Worker struct {
	ctx   context.Context
	ahead atomic.Int64
}

// New returns a worker process whose context ends with the test.
func New(t testing.TB) *Worker {
	w := &Worker{}
	now := func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
	w.ctx = shared.With(t.Context(), shared.NewProcess(now))
	return w
}

// Context returns the context of calls of DoFns on the worker.
func (w *Worker) Context() context.Context { return w.ctx }

// Advance moves the worker's clock forward.
func (w *Worker) Advance(d time.Duration) { w.ahead.Add(int64(d)) }
