package bigtableio_test

import (
	"fmt"
	"reflect"
	"testing"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	beambigtableio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/benchpair"
)

const benchRows = 50_000

// init registers addGroupKeyFn of Beam's bigtableio. Beam does not, and its workers then search the symbols of the binary
// for it, which go test strips. The function is not exported either: it is caught where Beam wraps it when a pipeline is
// built.
func init() {
	type groupKeyFn = func(beambigtableio.Mutation) (int, beambigtableio.Mutation)
	var caught groupKeyFn
	reflectx.RegisterFunc(reflect.TypeFor[groupKeyFn](), func(fn any) reflectx.Func {
		caught = fn.(groupKeyFn)
		return wrapped{reflect.ValueOf(fn)}
	})
	_, s := beam.NewPipelineWithRoot()
	beambigtableio.WriteBatch(s, "project", "instance", "table", made(s, 1))
	register.Function1x2(caught)
}

// wrapped implements reflectx.Func.
type wrapped struct{ fn reflect.Value }

func (w wrapped) Name() string          { return reflectx.FunctionName(w.fn.Interface()) }
func (w wrapped) Type() reflect.Type    { return w.fn.Type() }
func (w wrapped) Call(args []any) []any { return reflectx.Interface(w.fn.Call(reflectx.ValueOf(args))) }

func benchPipeline(b *testing.B, rows int64, write func(beam.Scope, beam.PCollection)) {
	b.Helper()
	if err := run(b, func(s beam.Scope) { write(s, made(s, rows)) }); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkVsBeamWrite reports as x/beam how many times faster Write is than Beam's bigtableio.Write: its time divided by
// ours, for the same rows, runner and server. Ours checks the clusters' keys, too. More is better.
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
