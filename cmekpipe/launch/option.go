package launch

import (
	"cmp"
	"io"
	"log/slog"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// Option changes what surrounds a launch, also one by package template. What is launched, and under which key, is for
// [cmekpipe.Options] alone.
type Option func(*session.Settings)

type settings struct {
	progress *progress.Progress
	logger   *slog.Logger
	pace     jobs.Timing
}

func newSettings(options []Option) settings {
	s := session.DefaultSettings()
	for _, option := range options {
		option(&s)
	}
	return settings{s.Progress, s.Logger, s.Pace}
}

// shared are the settings for what this package shares with package template.
func (s settings) shared() session.Settings {
	return session.Settings{Progress: s.progress, Logger: s.logger, Pace: s.pace}
}

// WithProgress sends a line to w for every step that takes more than two seconds and for every state of the job.
// A nil w takes nothing. Default: standard error if it is a terminal, nowhere if it is not.
func WithProgress(w io.Writer) Option {
	return func(s *session.Settings) { s.Progress = progress.New(w) }
}

// WithLogger sends warnings to logger. What workers in this process log goes through Beam's own logger. Default:
// slog.Default; a nil logger takes nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(s *session.Settings) { s.Logger = cmp.Or(logger, slog.New(slog.DiscardHandler)) }
}
