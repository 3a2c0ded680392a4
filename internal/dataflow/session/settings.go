package session

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// Settings are how a launch reports and waits. What is launched, and with which key, is not among them.
type Settings struct {
	// Progress gets a line for every slow step.
	Progress *progress.Progress
	// Logger gets warnings.
	Logger *slog.Logger
	// Pace is how often services are asked, and how long they may take.
	Pace jobs.Timing
	// ShowData says that texts which may hold elements are shown. It is set if the launch goes to the loopback cloud, where
	// elements are a test's.
	ShowData bool
}

// Setting changes settings. The options of the public packages hold one.
type Setting func(*Settings)

// NewSettings returns the settings of a call. Without any, progress goes to standard error, in brief if that is no terminal,
// and warnings go to slog.Default.
func NewSettings(ctx context.Context, settings []Setting) Settings {
	s := Settings{Progress: standardError(), Logger: slog.Default(), Pace: jobs.DefaultTiming(),
		ShowData: len(emulatorenv.Set()) > 0}
	if pace, ok := ctx.Value(paceKey{}).(jobs.Timing); ok {
		s.Pace = pace
	}
	for _, set := range settings {
		set(&s)
	}
	return s
}

func standardError() *progress.Progress {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return progress.NewBrief(os.Stderr)
	}
	return progress.New(os.Stderr)
}

// WithProgress sends progress to w; a nil w disables it.
func WithProgress(w io.Writer) Setting {
	return func(s *Settings) { s.Progress = progress.New(w) }
}

// WithLogger sends warnings to logger; a nil logger discards them.
func WithLogger(logger *slog.Logger) Setting {
	return func(s *Settings) { s.Logger = cmp.Or(logger, slog.New(slog.DiscardHandler)) }
}

type paceKey struct{}

// WithPace returns a context whose launches ask services at another pace, so that tests need not wait.
func WithPace(ctx context.Context, pace jobs.Timing) context.Context {
	return context.WithValue(ctx, paceKey{}, pace)
}
