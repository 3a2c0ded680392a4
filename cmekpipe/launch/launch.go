package launch

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	_ "github.com/cmekpipe/cmekpipe-go/internal/keyedfs" // Beam's own sinks can write to names that carry a key
)

// op is the operation that every error of this package names.
const op = "launch.Run"

// Run launches a pipeline on the runner that the options name and, unless they say Async, waits for its end. It must
// be called on the goroutine that the program's main or test started on, because a worker binary that is not given is
// built from what that goroutine's stack says is the program.
//
// A pipeline that package guard finds unprotected is refused on every runner, before anything is called. The [Result]
// is as complete as the launch got; it is returned with an error too, so that a job that failed can be looked up.
//
// With DryRun in the options it does what [Plan] does, on every runner: the plan is the result's Draft, and goes to the
// writer of [WithProgress].
func Run(ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, os ...Option) (*Result, error) {
	l, err := newLauncher(ctx, opts, p, os)
	if err != nil {
		return l.result, err
	}
	if l.opts.Config().DryRun {
		return l.result, l.dryRun(ctx)
	}
	switch l.runner() {
	case onDataflow:
		return l.result, l.dataflow(ctx)
	case onDirect:
		return l.result, l.guarded(ctx, l.direct)
	case onPortable:
		return l.result, l.guarded(ctx, l.portable)
	default:
		return l.result, l.guarded(ctx, l.prism)
	}
}

// The runners, as a draft names them.
const (
	onDataflow = "dataflow"
	onDirect   = "direct"
	onPrism    = "prism"
	onPortable = "portable"
)

// launcher is one call of Run or Plan.
type launcher struct {
	settings
	opts     *cmekpipe.Options
	pipeline *beam.Pipeline
	result   *Result

	session  *session.Session
	replaces string // the id of the job to update
}

// newLauncher returns a launcher with an empty result even if nothing can be launched.
func newLauncher(ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, os []Option) (*launcher, error) {
	l := &launcher{opts: opts, pipeline: p, settings: newSettings(os), result: &Result{}}
	if err := checkCall(opts, p); err != nil {
		return l, err
	}
	return l, ctx.Err()
}

// runner returns which runner the options name.
func (l *launcher) runner() string {
	switch l.opts.Config().Runner {
	case "dataflow", "DataflowRunner":
		return onDataflow
	case "direct", "DirectRunner":
		return onDirect
	case "flink", "FlinkRunner", "spark", "SparkRunner", "universal", "portable", "PortableRunner":
		return onPortable
	}
	return onPrism
}

// checkCall refuses what no runner could launch.
func checkCall(opts *cmekpipe.Options, p *beam.Pipeline) error {
	bad := func(reason, hint string) error { return refuse(cmekpipe.InvalidOptions, "", reason, hint) }
	switch {
	case !opts.Valid():
		return bad("got options that no builder made", "build them with cmekpipe.For, FromConfig or FromFlags")
	case p == nil:
		return bad("got no pipeline", "make one with beam.NewPipelineWithRoot")
	case !beam.Initialized():
		return bad("got a program that has not called beam.Init",
			"call beam.Init() after flag.Parse() and before the pipeline is built")
	}
	return nil
}

// guarded inspects the pipeline and launches it if nothing in it is unprotected.
func (l *launcher) guarded(ctx context.Context, launch func(context.Context) error) error {
	coverage, err := guard.Inspect(l.pipeline)
	if err != nil {
		return err
	}
	l.result.Coverage = coverage
	l.result.Draft = l.newDraft(coverage)
	if err := coverage.Err(); err != nil {
		return err
	}
	return launch(ctx)
}
