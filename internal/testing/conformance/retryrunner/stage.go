package retryrunner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
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
		for _, f := range g.failures() {
			if err := g.fail(ctx, f, bundle); err != nil {
				return err
			}
			if f != Late && len(bundle) > 1 && g.rng.IntN(4) == 0 {
				parts := g.cut(bundle, 2)
				bundle, todo = parts[0], append(parts[1:], todo...)
			}
		}
		if err := g.keep(ctx, bundle); err != nil {
			return err
		}
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
	chosen := make([]Failure, 1+g.rng.IntN(2))
	for i := range chosen {
		chosen[i] = g.Failures[g.rng.IntN(len(g.Failures))]
	}
	return chosen
}

// fail makes an attempt that fails as planned. It returns an error only if no attempt can be made.
func (g *stage) fail(ctx context.Context, f Failure, bundle []element) error {
	if f == Late {
		g.late = append(g.late, func(ctx context.Context) {
			if w, err := g.worker(); err == nil {
				g.execute(ctx, w, &attempt{bundle: bundle, failAt: -1}) //nolint:errcheck // the attempt fails as planned
			}
		})
		return nil
	}
	w, err := g.acquire()
	if err != nil {
		return err
	}
	at := &attempt{bundle: bundle, failAt: -1}
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

// keep attempts a bundle until an attempt succeeds, and passes its output to the next stages.
func (g *stage) keep(ctx context.Context, bundle []element) error {
	var err error
	for range attempts {
		var w *worker
		if w, err = g.acquire(); err != nil {
			return err
		}
		at := &attempt{bundle: bundle, failAt: -1}
		if err = g.execute(ctx, w, at); err == nil {
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

func (g *stage) execute(ctx context.Context, w *worker, at *attempt) error {
	g.bundles++
	at.output = map[int][]element{}
	w.at = at
	id := fmt.Sprintf("bundle-%d", g.bundles)
	return w.plan.Execute(metrics.SetBundleID(ctx, id), id, exec.DataContext{})
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
