package launch

import (
	"context"
	"io"
	"log/slog"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Option changes how a launch reports, and what it refuses. What is launched, and with which key, is set by [cmekpipe.Options]
// alone.
type Option struct{ set session.Setting }

// WithProgress sends a line to w for every step that takes more than two seconds, for every state of the job, and for every
// message of the service. A nil w disables progress. Default: standard error; if that is no terminal, only the lines on the
// job and its states.
func WithProgress(w io.Writer) Option { return Option{session.WithProgress(w)} }

// WithLogger sends warnings to logger; a nil logger discards them. What workers in this process log goes through Beam's own
// logger. Default: slog.Default.
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
