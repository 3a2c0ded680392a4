// Package benchpair compares benchmarks of this module with alternatives: it runs both in turn, in one process, on one
// machine, because the ratio of their times is stable where the times are not.
package benchpair

import (
	"io"
	"log/slog"
	"os"
	"testing"
	"time"
)

// Other is an alternative that a benchmark compares its own code with.
type Other struct {
	// Unit names the ratio in the report: its time through ours, such as "x/beam".
	Unit string
	// Run runs the alternative once. It ends the benchmark on failure.
	Run func()
}

// Run runs ours and the others in turn, in an order that changes from round to round, and reports for each other its
// time divided by ours: more is better.
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

// Quiet discards the log of the process for the rest of a benchmark, because the log of Beam's runner would be measured
// too.
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
