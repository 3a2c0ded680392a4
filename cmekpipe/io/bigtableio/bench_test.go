package bigtableio_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beambigtableio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
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

func benchPipeline(b *testing.B, rows int64, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, made(s, rows)) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write is than Beam's bigtableio.Write: its time through
// ours, for the same rows, runner and server. Ours looks at the clusters' keys, too. More is better.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := withTable(b)
	quiet(b)
	our, their := pairs(b, func() {
		benchPipeline(b, benchRows/5, func(s beam.Scope, col beam.PCollection) { bigtableio.Write(s, w.table, col) })
	}, func() {
		benchPipeline(b, benchRows/5, func(s beam.Scope, col beam.PCollection) {
			beambigtableio.Write(s, cmektest.Project, "ledger", "entries", col)
		})
	})
	b.ReportMetric(float64(their)/float64(our), "x/beam")
}

// BenchmarkVsBeamWriteBatch is BenchmarkVsBeamWrite for WriteBatch, which sends batches on both sides.
func BenchmarkVsBeamWriteBatch(b *testing.B) {
	w := withTable(b)
	quiet(b)
	our, their := pairs(b, func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) { bigtableio.WriteBatch(s, w.table, col) })
	}, func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) {
			beambigtableio.WriteBatch(s, cmektest.Project, "ledger", "entries", col)
		})
	})
	b.ReportMetric(float64(their)/float64(our), "x/beam")
}

// BenchmarkVsRawWrite reports as x/raw how fast Write is beside ApplyBulk of Google's client, called by hand for the same
// rows in requests of the same size: its time through ours, so 1 would be as fast. The pipeline that makes the rows is a
// part of ours only. More is better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withTable(b)
	quiet(b)
	our, raw := pairs(b, func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) { bigtableio.Write(s, w.table, col) })
	}, func() { writeRaw(b) })
	b.ReportMetric(float64(raw)/float64(our), "x/raw")
}

func writeRaw(b *testing.B) {
	client, err := bigtable.NewClient(b.Context(), cmektest.Project, "ledger")
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	var keys []string
	var rows []*bigtable.Mutation
	for id := range benchRows {
		m := bigtable.NewMutation()
		m.Set("f", "note", 1_000_000, []byte("note"))
		if keys, rows = append(keys, fmt.Sprintf("row-%09d", id)), append(rows, m); len(rows) < 10_000 {
			continue
		}
		if failed, err := client.Open("entries").ApplyBulk(b.Context(), keys, rows); err != nil || failed != nil {
			b.Fatal(failed, err)
		}
		keys, rows = nil, nil
	}
}
