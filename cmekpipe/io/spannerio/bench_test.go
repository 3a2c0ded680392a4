package spannerio_test

import (
	"context"
	"testing"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamspannerio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/spannerio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchRows = 50_000

func benchPipeline(b *testing.B, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, made(s, benchRows)) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write is than Beam's spannerio.Write: its time through
// ours, for the same rows, runner and server. Ours checks the database's key, too. More is better.
func BenchmarkVsBeamWrite(b *testing.B) {
	w := withDatabase(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { spannerio.Write(s, w.db, "Entries", col) })
	}, benchpair.Other{Unit: "x/beam", Run: func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { beamspannerio.Write(s, ledger, "Entries", col) })
	}})
}

// BenchmarkVsRawWrite reports as x/raw how fast Write is compared with the client, called directly for the same rows in commits
// of the same size: its time through ours, so 1 would be as fast. The pipeline that makes the rows is a part of ours
// only. More is better.
func BenchmarkVsRawWrite(b *testing.B) {
	w := withDatabase(b)
	benchpair.Quiet(b)
	benchpair.Run(b, func() {
		benchPipeline(b, func(s beam.Scope, col beam.PCollection) { spannerio.Write(s, w.db, "Entries", col) })
	}, benchpair.Other{Unit: "x/raw", Run: func() { writeRaw(b) }})
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
