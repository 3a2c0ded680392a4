package bigtableio_test

import (
	"fmt"
	"reflect"
	"testing"

	"cloud.google.com/go/bigtable"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigtableio"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

func TestMain(m *testing.M) {
	shortpause.Enable()
	ptest.Main(m)
}

const (
	instanceName = "projects/" + cmektest.Project + "/instances/ledger"
	tableName    = instanceName + "/tables/entries"
)

func init() {
	beam.RegisterType(reflect.TypeFor[bigtableio.Mutation]())
	register.Function2x0(numbered)
	register.Function2x0(special)
	register.Emitter1[bigtableio.Mutation]()
}

// numbered makes the rows 0 to n-1 of a number, with a cell each.
func numbered(n int64, emit func(bigtableio.Mutation)) {
	for id := range n {
		m := bigtableio.NewMutation(fmt.Sprintf("row-%09d", id))
		m.Set("f", "note", 1_000_000, []byte("note"))
		emit(*m)
	}
}

func made(s beam.Scope, n int64) beam.PCollection {
	return beam.ParDo(s, numbered, beam.Create(s, n))
}

// special makes the rows that go by a name.
func special(name string, emit func(bigtableio.Mutation)) {
	for _, m := range mutations(name) {
		emit(m)
	}
}

func these(s beam.Scope, name string) beam.PCollection {
	return beam.ParDo(s, special, beam.Create(s, name))
}

func row(key, family, column string, at bigtable.Timestamp, value []byte) bigtableio.Mutation {
	m := bigtableio.NewMutation(key)
	m.Set(family, column, at, value)
	return *m
}

// world is a loopback cloud with a key.
type world struct {
	*cmektest.Cloud
	key   cmekpipe.KeyName
	table cmekpipe.BigtableTable
}

func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	return &world{cloud, key, key.MustBigtableTable(tableName)}
}

// withTable is newWorld with the instance and a table of one family, "f".
func withTable(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.CreateBigtableInstance(instanceName, "us-central1-b", w.key)
	w.CreateBigtableTable(tableName, "f")
	return w
}

// write writes n rows.
func (w *world) write(t testing.TB, n int64, opts ...bigtableio.WriteOption) error {
	t.Helper()
	return run(t, func(s beam.Scope) { bigtableio.Write(s, w.table, made(s, n), opts...) })
}

// run runs the pipeline that build makes, with one attempt at each bundle.
func run(t testing.TB, build func(beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	return retryrunner.Run(t.Context(), p, retryrunner.Config{Attempts: 1})
}

// requireCode fails unless err is, or tells in its text, an Error with the code about the table.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %v", code)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code || e.Resource != tableName || e.Hint == "" {
		t.Fatalf("got %v, want code %v, the table and a hint", err, code)
	}
	return e
}

// requireRows fails unless the table has so many rows.
func (w *world) requireRows(t testing.TB, n int) {
	t.Helper()
	if got := w.ReadBigtableRows(tableName); len(got) != n {
		t.Errorf("got %d rows, want %d", len(got), n)
	}
}
