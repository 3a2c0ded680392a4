package retryrunner

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Run is [Start] followed by [Rest.Finish].
func Run(ctx context.Context, p *beam.Pipeline, c Config) error {
	rest, err := Start(ctx, p, c)
	if err != nil {
		return err
	}
	return rest.Finish(ctx)
}

// Start runs a pipeline until all of its stages have succeeded, and returns what late and suspended attempts still do, to be
// finished at any time: after the destination was read, or after another run. It returns the error that ended the run, which
// wraps the DoFn's as far as Beam does, the error of ctx when ctx ends, and an error that names the transform if the pipeline
// uses a feature that the runner doesn't support; then there is no rest.
func Start(ctx context.Context, p *beam.Pipeline, c Config) (*Rest, error) {
	edges, _, err := p.Build()
	if err != nil {
		return nil, fmt.Errorf("retryrunner: %w", err)
	}
	for _, e := range edges {
		if err := refuse(e); err != nil {
			return nil, err
		}
	}
	if c.Cloud == nil && (slices.Contains(c.Failures, Killed) || slices.Contains(c.Failures, Suspended)) {
		return nil, errors.New("retryrunner: killed and suspended attempts need Config.Cloud")
	}
	r := newRun(c, edges)
	rest := &Rest{r}
	for _, s := range r.steps {
		if err := r.step(ctx, s); err != nil {
			rest.Discard()
			return nil, err
		}
	}
	return rest, nil
}

// run is one run of a pipeline.
type run struct {
	Config
	name    string // unique
	rng     *rand.Rand
	steps   []*step
	at      map[int][]element // complete collections
	bundles int               // number of attempts

	pending   pending
	gates     *gates
	processes []*shared.Process // of attempts that were planned to stop
	// killed is the parent of the contexts of killed attempts.
	killed       context.Context
	cancelKilled context.CancelFunc
}

func newRun(c Config, edges []*graph.MultiEdge) *run {
	r := &run{Config: c, name: crand.Text(), rng: rand.New(rand.NewPCG(c.Seed, 1)), steps: plan(edges, c.Unfused),
		at: map[int][]element{}, gates: &gates{byName: map[string]*gate{}}}
	r.killed, r.cancelKilled = context.WithCancel(context.Background())
	if c.Cloud != nil {
		c.Cloud.Intercept(r.gates.before) // for good, because what is left of a killed attempt may call later
	}
	return r
}

func (r *run) step(ctx context.Context, s *step) error {
	if runsInBundles(s.edges[0]) {
		next := r.pending[afterNext]
		r.pending[afterNext] = nil
		if err := r.stage(ctx, s); err != nil {
			return err
		}
		r.pending.run(ctx, afterStage)
		for _, attempt := range next {
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
