package launch

import (
	"cmp"
	"io"
	"log/slog"
	"os"

	"github.com/cmekpipe/cmekpipe-go/internal/pace"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// Option changes what surrounds a launch. What is launched, and under which key, is for [cmekpipe.Options] alone.
type Option func(*settings)

type settings struct {
	progress *progress.Progress
	logger   *slog.Logger
	pace     pace.Pace
}

func newSettings(options []Option) settings {
	s := settings{progress: progress.New(terminal(os.Stderr)), logger: slog.Default(), pace: pace.Default()}
	for _, option := range options {
		option(&s)
	}
	return s
}

// WithProgress sends a line to w for every step that takes more than two seconds and for every state of the job.
// A nil w takes nothing. Default: standard error if it is a terminal, nowhere if it is not.
func WithProgress(w io.Writer) Option {
	return func(s *settings) { s.progress = progress.New(w) }
}

// WithLogger sends warnings to logger. What workers in this process log goes through Beam's own logger. Default:
// slog.Default; a nil logger takes nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) { s.logger = cmp.Or(logger, slog.New(slog.DiscardHandler)) }
}

// terminal returns f if a person is looking at it.
func terminal(f *os.File) io.Writer {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return io.Discard
	}
	return f
}
