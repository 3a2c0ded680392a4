package spannerio_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamspannerio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/spannerio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
)

const benchRows = 50_000

// quiet silences Prism for a benchmark: its log would be a part of what is measured.
func quiet(b *testing.B) {
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

// pairs runs two things in turn, so that both meet the same machine, and returns how long each took in all.
func pairs(b *testing.B, ours, theirs func()) (our, their time.Duration) {
	b.Helper()
	timed := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			our += timed(ours)
			their += timed(theirs)
		} else {
			their += timed(theirs)
			our += timed(ours)
		}
	}
	return our, their
}

func benchPipeline(b *testing.B, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, made(s, benchRows)) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write is than Beam's spannerio.Write: its time through
// ours, for the same rows, runner and server. Ours looks at the database's key, too. More is better.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := withDatabase(b)
	quiet(b)
	our, their := pairs(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { spannerio.Write(s, w.db, "Entries", col) })
	}, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { beamspannerio.Write(s, ledger, "Entries", col) })
	})
	b.ReportMetric(float64(their)/float64(our), "x/beam")
}

// BenchmarkVsRawWrite reports as x/raw how fast Write is beside the client, called by hand for the same rows in commits
// of the same size: its time through ours, so 1 would be as fast. The pipeline that makes the rows is a part of ours
// only. More is better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withDatabase(b)
	quiet(b)
	our, raw := pairs(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { spannerio.Write(s, w.db, "Entries", col) })
	}, func() { writeRaw(b) })
	b.ReportMetric(float64(raw)/float64(our), "x/raw")
}

func writeRaw(b *testing.B) {
	client, err := spanner.NewClient(context.Background(), ledger)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	var rows []*spanner.Mutation
	for id := range int64(benchRows) {
		m, err := spanner.InsertOrUpdateStruct("Entries", entry{ID: id, Note: "note"})
		if err != nil {
			b.Fatal(err)
		}
		if rows = append(rows, m); len(rows) < 1000 {
			continue
		}
		if _, err := client.Apply(context.Background(), rows); err != nil {
			b.Fatal(err)
		}
		rows = nil
	}
}
