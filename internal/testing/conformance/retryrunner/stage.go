package retryrunner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// stage runs fused DoFns over their input.
type stage struct {
	*run
	step *step
	idle *worker // a worker for the next bundle
}

func (r *run) stage(ctx context.Context, s *step) error {
	g := &stage{run: r, step: s}
	todo := g.cut(r.at[s.root.ID()], max(1, r.Bundles))
	for len(todo) > 0 {
		bundle := todo[0]
		todo = todo[1:]
		twin := false
		for _, f := range g.failures() {
			if f == Twin {
				twin = true
				continue
			}
			if err := g.fail(ctx, f, g.early(bundle)); err != nil {
				return err
			}
			if f != Late && f != Suspended && len(bundle) > 1 && g.rng.IntN(4) == 0 {
				parts := g.cut(bundle, 2)
				bundle, todo = parts[0], append(parts[1:], todo...)
			}
		}
		if err := g.keep(ctx, bundle, twin); err != nil {
			return err
		}
		r.pending.run(ctx, afterBundle)
	}
	return nil
}

// cut splits elements into up to n bundles, none of them empty unless there are no elements.
func (g *stage) cut(all []element, n int) [][]element {
	n = min(n, max(1, len(all)))
	ends := g.rng.Perm(max(1, len(all)) - 1)[:n-1]
	slices.Sort(ends)
	var bundles [][]element
	start := 0
	for _, end := range ends {
		bundles = append(bundles, all[start:end+1])
		start = end + 1
	}
	return append(bundles, all[start:])
}

// failures chooses the failures of a bundle.
func (g *stage) failures() []Failure {
	if len(g.Failures) == 0 {
		return nil
	}
	times := g.Times
	if times == 0 {
		times = 1 + g.rng.IntN(2)
	}
	chosen := make([]Failure, times)
	for i := range chosen {
		chosen[i] = g.Failures[g.rng.IntN(len(g.Failures))]
	}
	return chosen
}

// early returns the elements for an attempt that fails: of growing groups only some values.
func (g *stage) early(bundle []element) []element {
	if !g.Growing {
		return bundle
	}
	early := slices.Clone(bundle)
	for i, e := range early {
		for in, values := range e.values {
			if len(values) == 0 {
				continue
			}
			if in == 0 {
				early[i].values, early[i].pane = slices.Clone(e.values), typex.PaneInfo{Timing: typex.PaneEarly, IsFirst: true}
			}
			early[i].values[in] = values[:1+g.rng.IntN(len(values))]
		}
	}
	return early
}

// fail makes an attempt that fails as planned. It returns an error only if no attempt can be made.
func (g *stage) fail(ctx context.Context, f Failure, bundle []element) error {
	switch f {
	case Late:
		due := when(g.rng.IntN(int(whens)))
		g.pending[due] = append(g.pending[due], func(ctx context.Context) {
			if w, err := g.worker(); err == nil {
				g.execute(ctx, w, g.attempt(bundle)) //nolint:errcheck // the attempt fails as planned
			}
		})
		return nil
	case Killed, Suspended:
		return g.stop(ctx, f, bundle)
	}
	w, err := g.acquire()
	if err != nil {
		return err
	}
	at := g.attempt(bundle)
	switch f {
	case Abandoned:
		at.failAt, at.after = g.rng.IntN(w.failPoints), 1+g.rng.IntN(max(1, len(bundle)))
	case Unfinished:
		at.failAt = g.rng.IntN(w.failPoints)
	}
	if err := g.execute(ctx, w, at); err != nil {
		return ctx.Err()
	}
	g.release(w)
	return nil
}

// guessedCalls is the number of calls among which the seed chooses the one that stops an attempt.
const guessedCalls = 6

// stop makes an attempt that stops before a call, in a worker process of its own, so that no other attempt waits for what it
// shares. It may end earlier: then its result is lost.
func (g *stage) stop(ctx context.Context, f Failure, bundle []element) error {
	w, err := g.worker()
	if err != nil {
		return err
	}
	at := g.attempt(bundle)
	call := g.Call
	if call == 0 {
		call = 1 + g.rng.IntN(guessedCalls)
	}
	due := when(g.rng.IntN(int(whens)))
	stopped := newGate(call)
	g.gates.add(at.name, stopped)
	defer g.gates.leave()
	process := shared.NewProcess(time.Now)
	g.processes = append(g.processes, process)
	own := shared.With(ctx, process)
	if f == Killed {
		var cancel context.CancelFunc
		own, cancel = context.WithCancel(own)
		context.AfterFunc(g.killed, cancel)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.execute(own, w, at) //nolint:errcheck // the attempt fails as planned
	}()
	select {
	case <-done:
		return ctx.Err()
	case <-stopped.stopped:
	}
	if f == Suspended {
		g.pending[due] = append(g.pending[due], func(context.Context) {
			stopped.open(nil)
			<-done
		})
	}
	return nil
}

// keep attempts a bundle until an attempt succeeds, and passes its output to the next stages. Each attempt may have a twin:
// the first one that succeeds counts.
func (g *stage) keep(ctx context.Context, bundle []element, twin bool) error {
	var err error
	for range cmp.Or(g.Attempts, defaultAttempts) {
		var w *worker
		var at *attempt
		if w, at, err = g.try(ctx, bundle, twin); err == nil {
			for node, elements := range at.output {
				g.at[node] = append(g.at[node], elements...)
			}
			if err := w.plan.Finalize(); err != nil {
				return fmt.Errorf("retryrunner: finalize: %w", err)
			}
			g.release(w)
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
	return err
}

// try makes one attempt, or two at the same time, and returns the first one that succeeded when all have ended.
func (g *stage) try(ctx context.Context, bundle []element, twin bool) (*worker, *attempt, error) {
	type result struct {
		w   *worker
		at  *attempt
		err error
	}
	n := 1
	if twin {
		n = 2
	}
	results := make(chan result, n)
	for range n {
		w, err := g.acquire()
		if err != nil {
			return nil, nil, err
		}
		at := g.attempt(bundle)
		go func() { results <- result{w, at, g.execute(ctx, w, at)} }()
	}
	var kept *result
	for range n {
		if r := <-results; kept == nil || kept.err != nil && r.err == nil {
			kept = &r
		}
	}
	return kept.w, kept.at, kept.err
}

// attempt returns a new attempt at a bundle.
func (g *stage) attempt(bundle []element) *attempt {
	g.bundles++
	return &attempt{name: fmt.Sprintf("%s-%d", g.name, g.bundles), bundle: bundle, failAt: -1, output: map[int][]element{}}
}

// execute runs an attempt. As on a worker, its context does not end with it.
func (g *stage) execute(ctx context.Context, w *worker, at *attempt) error {
	w.at = at
	return w.plan.Execute(metrics.SetBundleID(withHeader(ctx, at.name), at.name), at.name, exec.DataContext{})
}

// acquire returns the idle worker, or a new one.
func (g *stage) acquire() (*worker, error) {
	if w := g.idle; w != nil {
		g.idle = nil
		return w, nil
	}
	return g.worker()
}

// release keeps the worker of a bundle that succeeded for the next bundle, or drops it.
func (g *stage) release(w *worker) {
	if g.idle == nil && g.rng.IntN(2) == 0 {
		g.idle = w
	}
}

func (g *stage) worker() (*worker, error) {
	b := &builder{
		step:  g.step,
		keep:  func(n *graph.Node) bool { return read(g.steps, n) },
		sides: func(n *graph.Node) []element { return g.at[n.ID()] },
	}
	return b.build()
}
