// Package benchpair measures things beside each other in benchmarks of this module: in turn, in one run, on one machine,
// so that the ratio of their times means something where the times themselves don't.
package benchpair

import (
	"io"
	"log/slog"
	"os"
	"testing"
	"time"
)

// Other is what a benchmark's own side is measured beside.
type Other struct {
	// Unit names the ratio in the report: its time through ours, such as "x/beam".
	Unit string
	// Run does once what is measured. It ends the benchmark if it fails.
	Run func()
}

// Run runs ours and the others in turn, in an order that changes from round to round, and reports for each other how
// many times ours fits into its time: more is better.
func Run(b *testing.B, ours func(), others ...Other) {
	b.Helper()
	sides := append([]Other{{Run: ours}}, others...)
	took := make([]time.Duration, len(sides))
	for round := 0; b.Loop(); round++ {
		for i := range sides {
			at := (i + round) % len(sides)
			start := time.Now()
			sides[at].Run()
			took[at] += time.Since(start)
		}
	}
	for i, side := range others {
		b.ReportMetric(float64(took[i+1])/float64(took[0]), side.Unit)
	}
}

// Quiet silences the process for the rest of a benchmark: the log of Beam's runner would be a part of what is measured.
func Quiet(b *testing.B) {
	b.Helper()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.Cleanup(func() { slog.SetDefault(before) })
	stderr := os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	os.Stderr = null
	b.Cleanup(func() { os.Stderr = stderr; null.Close() })
}
