package template

import (
	"context"
	"io"
	"log/slog"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// The operations that errors name.
const (
	classicOp = "template.LaunchClassic"
	flexOp    = "template.LaunchFlex"
	specOp    = "template.WriteSpec"
)

// Request names a template and what its job is started with, besides the job options. The zero Request is invalid.
type Request struct {
	// Template is the gs:// URL of a classic template, or of the specification of a Flex Template. Required.
	Template string
	// Parameters are those that the template declares, by name. A classic template that was staged from Go declares none. They
	// become metadata of the job, which no customer key protects.
	Parameters map[string]string
	// PipelineOptions are further options of the pipeline, each "--name=value" or "--name". They become metadata too.
	PipelineOptions []string
}

// Option changes how a launch reports, as a launch.Option does.
type Option struct{ set session.Setting }

// WithProgress sends a line to w for every step that takes more than two seconds, for every state of the job, and for every
// message of the service. A nil w disables progress. Default: standard error; if that is no terminal, only the lines on the
// job and its states.
func WithProgress(w io.Writer) Option { return Option{session.WithProgress(w)} }

// WithLogger sends warnings to logger; a nil logger discards them. Default: slog.Default.
func WithLogger(logger *slog.Logger) Option { return Option{session.WithLogger(logger)} }

// WithWaivers allows what is refused otherwise, see package insecure. What a waiver allows is a finding of the plan, or a
// warning where there is none. Default: nothing is waived.
func WithWaivers(waivers ...insecure.Waiver) Option { return Option{session.WithWaivers(waivers)} }

func newSettings(ctx context.Context, options []Option) session.Settings {
	var settings []session.Setting
	for _, o := range options {
		settings = append(settings, o.set)
	}
	return session.NewSettings(ctx, settings)
}

// LaunchClassic creates a job from a classic template, with the key of the options, and waits for its end unless they say
// Async. The template is refused if it holds another key anywhere, or is encrypted with none.
//
// A classic template that was staged from Go has no parameters: its pipeline was built when it was staged. Dataflow refuses
// [Request.Parameters] for it, with code InvalidOptions; stage it again with other options, or use a Flex Template.
//
// The launch.Result holds what the launch reached, and is never nil.
func LaunchClassic(ctx context.Context, opts *cmekpipe.Options, r Request, options ...Option) (*launch.Result, error) {
	return run(ctx, classicOp, &classic{}, opts, r, options)
}

// LaunchFlex creates a job from a Flex Template, with the key of the options, and waits for its end unless they say Async.
// It always names temporary and staging folder: otherwise Dataflow would create a bucket, which would have no key.
//
// The program in the template's container sets the job's key last: as long as the job is [job.Queued] nothing is confirmed,
// and LaunchFlex waits, for some minutes or, with a FlexRSGoal, hours. If ctx ends meanwhile the job is cancelled.
//
// The launch.Result holds what the launch reached, and is never nil.
func LaunchFlex(ctx context.Context, opts *cmekpipe.Options, r Request, options ...Option) (*launch.Result, error) {
	return run(ctx, flexOp, &flex{}, opts, r, options)
}
