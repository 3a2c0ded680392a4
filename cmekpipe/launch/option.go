package launch

import (
	"context"
	"io"
	"log/slog"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Option changes how a launch reports, and what it refuses. What is launched, and with which key, is set by
// [cmekpipe.Options] alone.
type Option struct {
	set   session.Setting
	guard guard.Option
}

// WithProgress sends a line to w for every step that takes more than two seconds, for every state of the job, and for every
// message of the service. A nil w disables progress. Default: standard error; if that is no terminal, only the lines on the
// job and its states.
func WithProgress(w io.Writer) Option { return Option{set: session.WithProgress(w)} }

// WithLogger sends warnings to logger; a nil logger discards them. What workers in this process log goes through Beam's own
// logger. Default: slog.Default.
func WithLogger(logger *slog.Logger) Option { return Option{set: session.WithLogger(logger)} }

// WithStrict refuses code that package guard does not inspect, such as the program's own DoFns, and services outside Cloud
// KMS, unless they are on a list of what a person has reviewed:
//
//	launch.Run(ctx, opts, p, launch.WithStrict(
//		"example.com/bank/nightly.enrichFn",
//		"github.com/apache/beam/sdks/v2/go/pkg/beam/io/mongodbio.writeFn to ledger.entries",
//	))
//
// An entry is the exact identity of code, not of its content: review it again when the code changes. The error of a launch that
// is refused ends with the entries that are missing, ready to paste. Config.Strict and the flag cmek_strict do the same; the
// lists of all of them are joined. A strict launch also refuses a bucket of the job that does not refuse objects under Google's own
// encryption. Default: such code is launched, and one line of the progress says how much of it there is.
func WithStrict(reviewed ...string) Option { return Option{guard: guard.WithStrict(reviewed...)} }

// WithWaivers allows what is refused otherwise, see package insecure. What a waiver allows is a finding of the plan, or a
// warning where there is none. Default: nothing is waived.
func WithWaivers(waivers ...insecure.Waiver) Option { return Option{set: session.WithWaivers(waivers)} }

func newSettings(ctx context.Context, options []Option) session.Settings {
	var settings []session.Setting
	for _, o := range options {
		if o.set != nil {
			settings = append(settings, o.set)
		}
	}
	return session.NewSettings(ctx, settings)
}

// guardOptions returns how guard judges the pipeline.
func guardOptions(opts *cmekpipe.Options, options []Option) []guard.Option {
	all := []guard.Option{guard.WithOptions(opts)}
	for _, o := range options {
		all = append(all, o.guard)
	}
	return all
}
