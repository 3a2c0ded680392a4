package template

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// The operations that errors name.
const (
	classicOp = "template.LaunchClassic"
	flexOp    = "template.LaunchFlex"
	specOp    = "template.WriteSpec"
)

// Launch is a template and what a job of it is started with, beside the job's options.
type Request struct {
	// Template is the gs:// URL of a classic template, or of the specification of a Flex Template. Required.
	Template string
	// Parameters are those that the template asks for. They become metadata of the job, which no customer key protects.
	Parameters map[string]string
	// PipelineOptions are further options of the pipeline, each "--name=value" or "--name". They become metadata too.
	PipelineOptions []string
}

// Result is what came of a launch.
type Result struct {
	// Job is the job on Dataflow, for [launch.Watch], [launch.Drain] and [launch.Cancel]; nil as long as there is none that
	// runs under the key, and after a dry run.
	Job *launch.Job
	// Orphans are the jobs of earlier launches from the same staging location that were killed before they could prove the
	// key, and what came of them.
	Orphans []launch.Orphan
}

// LaunchClassic makes a job of a classic template, under the key of the options, and waits for its end unless they say
// Async. The template is refused if it holds another key anywhere, or rests under none.
//
// The [Result] is as complete as the launch got, and never nil.
func LaunchClassic(ctx context.Context, opts *cmekpipe.Options, l Request, os ...launch.Option) (*Result, error) {
	return run(ctx, classicOp, &classic{}, opts, l, os)
}

// LaunchFlex makes a job of a Flex Template, under the key of the options, and waits for its end unless they say Async.
// Temporary and staging folder are always named, so that Dataflow makes no bucket of its own, which would have no key.
//
// The program in the template's container decides the job's key at last: as long as the job is JOB_STATE_QUEUED nothing is
// proven, and LaunchFlex waits, for some minutes or, with a FlexRSGoal, hours. If ctx ends meanwhile the job is cancelled.
//
// The [Result] is as complete as the launch got, and never nil.
func LaunchFlex(ctx context.Context, opts *cmekpipe.Options, l Request, os ...launch.Option) (*Result, error) {
	return run(ctx, flexOp, &flex{}, opts, l, os)
}
