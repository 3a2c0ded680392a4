package session

import (
	"io"
	"log/slog"
	"os"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// Settings are what surrounds a launch. What is launched, and under which key, is not among them.
type Settings struct {
	// Progress takes a line for every step that takes long.
	Progress *progress.Progress
	// Logger takes warnings.
	Logger *slog.Logger
	// Pace says how often services are asked, and how long they may take.
	Pace jobs.Timing
}

// DefaultSettings tell of progress on standard error if it is a terminal, and warn through slog.Default.
func DefaultSettings() Settings {
	return Settings{Progress: progress.New(terminal(os.Stderr)), Logger: slog.Default(), Pace: jobs.DefaultTiming()}
}

// terminal returns f if a person is looking at it.
func terminal(f *os.File) io.Writer {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return io.Discard
	}
	return f
}
