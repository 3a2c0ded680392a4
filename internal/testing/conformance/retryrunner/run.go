package retryrunner

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
)

// Run runs a pipeline and returns the error that ended it, which wraps the DoFn's as far as Beam does. It returns the
// error of ctx when ctx ends, and an error that names the transform if the pipeline uses a feature that the runner
// doesn't support.
func Run(ctx context.Context, p *beam.Pipeline, c Config) error {
	edges, _, err := p.Build()
	if err != nil {
		return fmt.Errorf("retryrunner: %w", err)
	}
	for _, e := range edges {
		if err := refuse(e); err != nil {
			return err
		}
	}
	r := &run{Config: c, rng: rand.New(rand.NewPCG(c.Seed, 1)), steps: plan(edges, c.Unfused), at: map[int][]element{}}
	for _, s := range r.steps {
		if err := r.step(ctx, s); err != nil {
			return err
		}
	}
	return r.runLate(ctx)
}

// run is one run of a pipeline.
type run struct {
	Config
	rng     *rand.Rand
	steps   []*step
	at      map[int][]element // complete collections
	late    []func(context.Context)
	bundles int
}

func (r *run) step(ctx context.Context, s *step) error {
	if runsInBundles(s.edges[0]) {
		late := r.late
		r.late = nil
		if err := r.stage(ctx, s); err != nil {
			return err
		}
		for _, attempt := range late {
			attempt(ctx)
		}
		return ctx.Err()
	}
	e := s.edges[0]
	out := e.Output[0].To.ID()
	inputs := make([][]element, len(e.Input))
	for i, in := range e.Input {
		inputs[i] = r.at[in.From.ID()]
		r.at[out] = append(r.at[out], inputs[i]...)
	}
	switch e.Op {
	case graph.Impulse:
		impulse := element{data: nil, time: mtime.MinTimestamp, window: window.SingleGlobalWindow, pane: typex.NoFiringPane()}
		encoded, err := newCodec(e.Output[0].To).encode(full(e.Value))
		if err != nil {
			return fmt.Errorf("retryrunner: impulse: %w", err)
		}
		impulse.data = encoded.data
		r.at[out] = []element{impulse}
	case graph.CoGBK:
		groups, err := group(e, inputs)
		if err != nil {
			return fmt.Errorf("retryrunner: group: %w", err)
		}
		r.at[out] = groups
	}
	all := r.at[out]
	r.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return nil
}

// runLate runs the late attempts that are still due at the end.
func (r *run) runLate(ctx context.Context) error {
	for _, attempt := range r.late {
		attempt(ctx)
	}
	return ctx.Err()
}
