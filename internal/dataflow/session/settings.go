package session

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
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
	// Now is the time of day.
	Now func() time.Time
	// ShowData says that texts which may hold elements are shown. It is set if the launch goes to the loopback cloud, where
	// elements are a test's.
	ShowData bool
	// Waivers allow what is refused otherwise.
	Waivers []insecure.Waiver
}

// Waived returns the reason for which findings of a rule are allowed, "" if they are not.
func (s *Settings) Waived(id rule.ID) string {
	for _, w := range s.Waivers {
		if w.Rule() == id {
			return w.Reason()
		}
	}
	return ""
}

// CheckWaivers refuses a waiver without a reason.
func (s *Settings) CheckWaivers(op string) error {
	for _, w := range s.Waivers {
		if !w.Valid() {
			return Refuse(op, cmekpipe.InvalidOptions, "waiver", "got a waiver without a reason, want one",
				"create it with a function of package insecure, and say who agreed and until when")
		}
	}
	return nil
}

// Setting changes settings. The options of the public packages hold one.
type Setting func(*Settings)

// NewSettings returns the settings of a call. Without any, progress goes to standard error, in brief if that is no terminal,
// and warnings go to slog.Default. A launch that goes to the loopback cloud polls often and shows data.
func NewSettings(ctx context.Context, settings []Setting) Settings {
	s := Settings{Progress: standardError(), Logger: slog.Default(), Pace: jobs.DefaultTiming(), Now: time.Now}
	if len(shared.EmulatorVariables()) > 0 {
		s.Pace, s.ShowData = jobs.LoopbackTiming(), true
	}
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

// WithWaivers allows what is refused otherwise.
func WithWaivers(waivers []insecure.Waiver) Setting {
	return func(s *Settings) { s.Waivers = append(s.Waivers, waivers...) }
}

type paceKey struct{}

// WithPace returns a context whose launches ask services at another pace, so that tests need not wait.
func WithPace(ctx context.Context, pace jobs.Timing) context.Context {
	return context.WithValue(ctx, paceKey{}, pace)
}
