package launch

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
)

// plan puts the plan into the result, without calling a service.
func (l *launch) plan(ctx context.Context) error {
	if l.opts.Runner() != cmekpipe.RunnerDataflow {
		return l.inspect()
	}
	t, err := l.translate(ctx)
	if err != nil {
		return err
	}
	job, err := l.stage(ctx, t, false)
	if err != nil {
		return err
	}
	job.close()
	return nil
}

// inspect has guard inspect the pipeline, begins the plan with what guard found, and refuses an unprotected pipeline.
func (l *launch) inspect() error {
	coverage, err := guard.Inspect(l.pipeline)
	if err != nil {
		return err
	}
	l.result.Coverage = coverage
	l.result.Plan = plan.New(l.opts, coverage)
	return coverage.Err()
}

// translate performs every check of a launch on Dataflow that needs no call, and translates the pipeline.
func (l *launch) translate(ctx context.Context) (*translation.Translation, error) {
	if err := session.CheckEnvironment(l.op); err != nil {
		return nil, err
	}
	if err := l.checkDataflow(); err != nil {
		return nil, err
	}
	if err := l.inspect(); err != nil {
		return nil, err
	}
	if err := l.checkLocalPaths(); err != nil {
		return nil, err
	}
	edges, nodes, err := l.pipeline.Build()
	if err != nil {
		return nil, l.runnerError(err)
	}
	if err := crosslang.CheckOnDataflow(l.op, edges, l.result.Coverage); err != nil {
		return nil, err
	}
	t, err := translation.New(ctx, l.op, l.opts, edges, nodes)
	if err != nil {
		return nil, l.runnerError(err)
	}
	return t, nil
}
