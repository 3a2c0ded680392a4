package bigtableio_test

import (
	"fmt"
	"testing"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beambigtableio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchRows = 50_000

func benchPipeline(b *testing.B, rows int64, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, made(s, rows)) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write is than Beam's bigtableio.Write: its time through
// ours, for the same rows, runner and server. Ours checks the clusters' keys, too. More is better. Beam
// finds its own functions by the symbols of the binary, which go test leaves out unless it keeps the binary: run it with
// -o FILE.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := withTable(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, benchRows/5, func(s beam.Scope, col beam.PCollection) { bigtableio.Write(s, w.table, col) })
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, benchRows/5, func(s beam.Scope, col beam.PCollection) {
			beambigtableio.Write(s, cmektest.Project, "ledger", "entries", col)
		})
	}})
}

// BenchmarkVsBeamWriteBatch is BenchmarkVsBeamWrite against Beam's WriteBatch, which sends batches too.
func BenchmarkVsBeamWriteBatch(b *testing.B) {
	w := withTable(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) { bigtableio.Write(s, w.table, col) })
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) {
			beambigtableio.WriteBatch(s, cmektest.Project, "ledger", "entries", col)
		})
	}})
}

// BenchmarkVsRawWrite reports as x/raw how fast Write is compared with ApplyBulk of Google's client, called directly for the same
// rows in requests of the same size: its time through ours, so 1 would be as fast. The pipeline that makes the rows is a
// part of ours only. More is better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withTable(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, benchRows, func(s beam.Scope, col beam.PCollection) { bigtableio.Write(s, w.table, col) })
	}, benchpair.Other{Unit: "x/raw", Run: func() { writeRaw(b) }})
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
