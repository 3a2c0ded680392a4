package launch

import (
	"context"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	_ "github.com/cmekpipe/cmekpipe-go/internal/keyedfs" // Beam's own sinks can write to names that contain a key
)

// Run launches a pipeline on the runner that the options name and, unless they say Async, waits for its end. It must
// be called on the goroutine that the program's main or test started on: a worker binary that the options don't name is
// built from the program on that goroutine's stack.
//
// A pipeline that package guard finds unprotected is refused on every runner, before any service is called. The [Result] holds
// what the launch reached; it is returned with an error too, so that a job that failed can be found.
//
// With DryRun in the options Run does what [Plan] does, prints the plan on standard output, and returns it in the Result.
func Run(ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, options ...Option) (*Result, error) {
	l, err := newLaunch(ctx, "launch.Run", opts, p, options)
	if err != nil {
		return l.result, err
	}
	if l.opts.DryRun() {
		if err := l.plan(ctx); err != nil {
			return l.result, err
		}
		_, err := os.Stdout.WriteString("dry run: nothing was staged or submitted\n" + l.result.Plan.String())
		return l.result, err
	}
	return l.result, l.run(ctx)
}

// Plan returns what [Run] would do with the same arguments: the request, the files, the destinations and findings. It calls no
// service and writes nothing, except for one file that stays on this machine: if the options name no worker binary, Plan
// builds one to learn its hash, as Run does, and removes it. That takes seconds to minutes and must happen on main's own
// goroutine; a pipeline that is planned often, such as in a test, should name any file as WorkerBinary.
//
// Plan does not ask expansion services, so that the files of other SDKs may be unresolved; see [plan.UnresolvedFiles]. What
// Run checks at services is not checked: whether buckets exist, where they are and how they are encrypted, whether a job has the
// name, whether the key can be used. On other runners than Dataflow a plan has destinations and findings only.
//
// What Run refuses before it calls a service or starts the pipeline, Plan refuses with the same error, on every runner. The plan
// is returned with an error too, with the findings on a pipeline that guard refuses; it is nil only if the pipeline could not be
// inspected.
func Plan(ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, options ...Option) (*plan.Plan, error) {
	l, err := newLaunch(ctx, "launch.Plan", opts, p, options)
	if err != nil {
		return nil, err
	}
	err = l.plan(ctx)
	return l.result.Plan, err
}

// launch is one call of Run or Plan.
type launch struct {
	session.Settings
	op       string // that errors name
	opts     *cmekpipe.Options
	pipeline *beam.Pipeline
	judging  []guard.Option
	result   *Result
}

// newLaunch refuses what no runner could launch. It returns a launch with an empty result even then.
func newLaunch(ctx context.Context, op string, opts *cmekpipe.Options, p *beam.Pipeline, options []Option) (*launch, error) {
	l := &launch{Settings: newSettings(ctx, options), op: op, opts: opts, pipeline: p, judging: guardOptions(opts, options), result: &Result{}}
	if err := session.CheckOptions(op, opts); err != nil {
		return l, err
	}
	if err := l.CheckWaivers(op); err != nil {
		return l, err
	}
	switch {
	case p == nil:
		return l, l.refuse(cmekpipe.InvalidOptions, "", "got no pipeline", "create one with beam.NewPipelineWithRoot")
	case !beam.Initialized():
		return l, l.refuse(cmekpipe.InvalidOptions, "", "got a program that has not called beam.Init",
			"call beam.Init() after flag.Parse() and before the pipeline is built; in a test: func TestMain(m *testing.M) { ptest.Main(m) }")
	}
	return l, ctx.Err()
}

// run launches the pipeline on its runner.
func (l *launch) run(ctx context.Context) error {
	runner := l.opts.Runner()
	if runner == cmekpipe.RunnerDataflow {
		return l.dataflow(ctx)
	}
	if err := l.inspect(); err != nil {
		return err
	}
	switch {
	case runner == cmekpipe.RunnerDirect:
		return l.direct(ctx)
	case runner.UsesJobService():
		return l.jobService(ctx)
	default:
		return l.prism(ctx)
	}
}

func (l *launch) refuse(code cmekpipe.Code, resource, reason, hint string) error {
	return session.Refuse(l.op, code, resource, reason, hint)
}
