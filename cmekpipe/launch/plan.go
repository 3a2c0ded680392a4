package launch

import (
	"context"
	"fmt"
	"strings"

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
		if err := l.inspect(); err != nil {
			return err
		}
		return l.checkOtherRunner()
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

// checkOtherRunner refuses what a runner other than Dataflow can't run, without a call.
func (l *launch) checkOtherRunner() error {
	switch runner := l.opts.Runner(); {
	case runner == cmekpipe.RunnerDirect:
		return nil
	case runner.UsesJobService():
		return l.checkJobService()
	}
	_, err := l.prismEdges()
	return err
}

// inspect has guard inspect the pipeline, begins the plan with what guard found, and refuses an unprotected pipeline.
func (l *launch) inspect() error {
	coverage, err := guard.Inspect(l.pipeline, l.judging...)
	if err != nil {
		return err
	}
	l.result.Coverage = coverage
	l.result.Plan = plan.New(l.opts, coverage)
	if err := coverage.Err(); err != nil {
		return err
	}
	l.sayUninspected()
	return nil
}

// sayUninspected says in one line how much code guard did not inspect, and which resources the fields of that code name. A
// strict launch says nothing: everything is on its list.
func (l *launch) sayUninspected() {
	code, mentions := l.result.Coverage.Uninspected()
	if len(code) == 0 || l.result.Coverage.Strict() {
		return
	}
	line := fmt.Sprintf("%d functions, types and hooks of your own are not inspected and may write without the key", len(code))
	if len(code) == 1 {
		line = "1 function, type or hook of your own is not inspected and may write without the key: " + code[0]
	}
	if len(mentions) > 0 {
		line += "; their fields name " + strings.Join(mentions, ", ")
	}
	l.Progress.Say("%s (launch.WithStrict refuses what is not on a reviewed list)", cmekpipe.Printable(line))
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
