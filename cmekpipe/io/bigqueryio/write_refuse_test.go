package bigqueryio_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

const keyText = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k"

func windowed(s beam.Scope) beam.PCollection {
	return beam.WindowInto(s, window.NewFixedWindows(time.Minute), beam.Create(s, entry{1, "a"}, entry{2, "b"}))
}

func unbounded(s beam.Scope) beam.PCollection {
	return beam.External(s, "test:unbounded", nil, nil, []beam.FullType{typex.New(reflect.TypeFor[entry]())}, false)[0]
}

func TestWriteRefusesWhenThePipelineIsBuilt(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyText)
	if err != nil {
		t.Fatal(err)
	}
	table := key.MustBigQueryTable("bank-prod.ledger.entries")
	entries := func(s beam.Scope) beam.PCollection { return beam.Create(s, entry{1, "a"}) }
	for name, tc := range map[string]struct {
		table cmekpipe.BigQueryTable
		rows  func(beam.Scope) beam.PCollection
		opts  []bigqueryio.WriteOption
		code  cmekpipe.Code
	}{
		"the zero table":      {cmekpipe.BigQueryTable{}, entries, nil, cmekpipe.KeyMissing},
		"no collection":       {table, func(beam.Scope) beam.PCollection { return beam.PCollection{} }, nil, cmekpipe.InvalidOptions},
		"elements of strings": {table, func(s beam.Scope) beam.PCollection { return beam.Create(s, "a") }, nil, cmekpipe.InvalidOptions},
		"no temporary prefix": {table, entries, []bigqueryio.WriteOption{bigqueryio.WithFileLoads(cmekpipe.Object{})}, cmekpipe.KeyMissing},
		"a pattern for a prefix": {table, entries, []bigqueryio.WriteOption{
			bigqueryio.WithFileLoads(key.MustObject("gs://bank-work/a*"))}, cmekpipe.InvalidOptions},
		"a disposition that is none": {table, entries, []bigqueryio.WriteOption{bigqueryio.WithWriteDisposition("X")}, cmekpipe.InvalidOptions},
		"creation that is none":      {table, entries, []bigqueryio.WriteOption{bigqueryio.WithCreateDisposition("X")}, cmekpipe.InvalidOptions},
		"five columns to cluster by": {table, entries, []bigqueryio.WriteOption{bigqueryio.WithClustering("a", "b", "c", "d", "e")}, cmekpipe.InvalidOptions},
		"at least once and truncate": {table, entries, []bigqueryio.WriteOption{
			bigqueryio.WithAtLeastOnce(), bigqueryio.WithWriteDisposition(bigquery.WriteTruncate)}, cmekpipe.InvalidOptions},
		"inserts and truncate": {table, entries, []bigqueryio.WriteOption{
			bigqueryio.WithStreamingInserts(), bigqueryio.WithWriteDisposition(bigquery.WriteTruncate)}, cmekpipe.InvalidOptions},
		"a schema without a field": {table, entries, []bigqueryio.WriteOption{
			bigqueryio.WithSchema(bigquery.Schema{{Name: "ID", Type: "INTEGER"}})}, cmekpipe.InvalidOptions},
		"unbounded and exactly once": {table, unbounded, []bigqueryio.WriteOption{bigqueryio.WithExactlyOnce()}, cmekpipe.Unsupported},
		"unbounded and file loads": {table, unbounded, []bigqueryio.WriteOption{
			bigqueryio.WithFileLoads(key.MustObject("gs://bank-work/a"))}, cmekpipe.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := beam.NewPipelineWithRoot()
			defer func() {
				err, ok := recover().(error)
				if !ok || !errors.Is(err, tc.code) {
					t.Errorf("got %v, want code %v", err, tc.code)
				}
			}()
			bigqueryio.Write(s, tc.table, tc.rows(s), tc.opts...)
		})
	}
}

func TestEveryDoFnOfWriteSaysWhatItStores(t *testing.T) {
	key, err := cmekpipe.ParseKeyName(keyText)
	if err != nil {
		t.Fatal(err)
	}
	table, temp := key.MustBigQueryTable("bank-prod.ledger.entries"), key.MustObject("gs://bank-work/loads")
	p, s := beam.NewPipelineWithRoot()
	rows := beam.Create(s, entry{1, "a"})
	for _, opt := range []bigqueryio.WriteOption{bigqueryio.WithExactlyOnce(), bigqueryio.WithFileLoads(temp), bigqueryio.WithAtLeastOnce(), bigqueryio.WithStreamingInserts()} {
		bigqueryio.Write(s, table, rows, opt)
	}
	bigqueryio.Write(s, table, unbounded(s)) // at least once
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	marked := map[string]int{}
	for _, e := range edges {
		if e.DoFn == nil || !strings.HasPrefix(e.Scope().Label, "bigqueryio.Write") || e.DoFn.Recv == nil {
			continue
		}
		d, ok := destination.Of(e.DoFn.Recv)
		if destination.IsHelper(e.DoFn.Recv) == ok {
			t.Errorf("%s is both or neither of a sink and a helper", e.DoFn.Name())
		}
		name := e.DoFn.Name()[strings.LastIndex(e.DoFn.Name(), ".")+1:]
		want := table.String()
		if name == "fileFn" {
			want = temp.String()
		}
		if ok && (d.Name != want || d.Key != key) {
			t.Errorf("%s: got %+v, want %v under %v", name, d, want, key)
		}
		if ok {
			marked[name]++
		}
	}
	for name, want := range map[string]int{"prepareFn": 5, "pendingFn": 1, "commitFn": 1, "fileFn": 1, "loadFn": 1, "defaultFn": 2, "insertFn": 1} {
		if marked[name] != want {
			t.Errorf("got %d marked %s, want %d", marked[name], name, want)
		}
	}
}

func TestWriteWindowedInput(t *testing.T) {
	w := newWorld(t)
	for name, method := range w.methods(t) {
		if err := run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, name), windowed(s), method) }); err != nil {
			t.Fatal(err)
		}
		if got := w.ids(t, name); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("%s: got %v, want 1 and 2", name, got)
		}
	}
}

// TestRefusedRows writes rows of which one is not UTF-8, one too large and one, with another schema, unfit.
func TestRefusedRows(t *testing.T) {
	w := newWorld(t)
	secret := "secret\xff"
	big := strings.Repeat("x", 10_000_000)
	rows := []entry{{1, "a"}, {2, secret}, {3, "b"}, {4, big}, {5, "c"}}
	for name, method := range w.methods(t) {
		t.Run(name, func(t *testing.T) {
			build := func(s beam.Scope) beam.PCollection {
				return bigqueryio.WriteWithErrors(s, w.table(t, name), beam.CreateList(s, rows), method)
			}
			err := run(t, func(s beam.Scope) { passert.Count(s, build(s), "refused", 2) })
			if err != nil {
				t.Fatal(err)
			}
			if got := w.ids(t, name); !slices.Equal(got, []int64{1, 3, 5}) {
				t.Errorf("got %v, want 1, 3 and 5", got)
			}
			err = run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, name+"2"), beam.CreateList(s, rows[:3]), method) })
			if requireCode(t, err, cmekpipe.InvalidOptions); strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, which quotes a row", err)
			}
		})
	}
}

// TestRowsThatBigQueryRefuses writes text that is no JSON to a column of JSON, which only BigQuery finds out.
func TestRowsThatBigQueryRefuses(t *testing.T) {
	w := newWorld(t)
	schema := bigquery.Schema{{Name: "ID", Type: "INTEGER"}, {Name: "Name", Type: "JSON"}}
	rows := make([]entry, 3000)
	for i := range rows {
		rows[i] = entry{int64(i), `{"text":"` + strings.Repeat("x", 2000) + `"}`}
		if i%1000 == 500 {
			rows[i].Name = "secret{"
		}
	}
	for name, method := range w.methods(t) {
		if name == "loads" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			err := run(t, func(s beam.Scope) {
				refused := bigqueryio.WriteWithErrors(s, w.table(t, name), beam.CreateList(s, rows), method, bigqueryio.WithSchema(schema))
				passert.Count(s, refused, "refused", 3)
			})
			if err != nil {
				t.Fatal(err)
			}
			want := slices.DeleteFunc(upTo(3000), func(i int64) bool { return i%1000 == 500 })
			if got := w.ids(t, name); !slices.Equal(got, want) {
				t.Errorf("got %d rows, want %d", len(got), len(want))
			}
			err = run(t, func(s beam.Scope) {
				bigqueryio.Write(s, w.table(t, name+"2"), beam.CreateList(s, rows[:1000]), method, bigqueryio.WithSchema(schema))
			})
			if requireCode(t, err, cmekpipe.InvalidOptions); strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, which quotes a row", err)
			}
		})
	}
}

func TestWriteUnderAKeyThatCannotBeUsed(t *testing.T) {
	w := newWorld(t)
	methods := w.methods(t)
	fill[entry](t, w, "there", nil)
	for state, want := range map[string]struct {
		set, undo func()
		code      cmekpipe.Code
	}{
		"disabled": {func() { w.DisableKey(w.key) }, func() { w.EnableKey(w.key) }, cmekpipe.KeyDisabled},
	} {
		for name, method := range methods {
			for _, table := range []string{"there", "new_" + name} {
				t.Run(state+" "+name+" "+table, func(t *testing.T) {
					want.set()
					defer want.undo()
					err := run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, table), beam.Create(s, entry{1, "a"}), method) })
					requireCode(t, err, want.code)
				})
			}
		}
	}
	if got := w.ids(t, "there"); len(got) > 0 {
		t.Errorf("got %d rows, want none", len(got))
	}
}

func TestOtherMethodsTryAgain(t *testing.T) {
	w := newWorld(t)
	methods := w.methods(t)
	for name, calls := range map[string][]string{
		"loads":   {"storage.objects.insert", "bigquery.jobs.insert"},
		"inserts": {"bigquery.tabledata.insertAll"},
	} {
		for _, call := range calls {
			for fault, spoil := range map[string]emulator.Fault{"429": {Status: 429}, "reset": {Reset: true}} {
				t.Run(name+" "+call+" "+fault, func(t *testing.T) {
					spoil.Method, spoil.Call = emulator.Method(call), 1
					defer w.Inject(spoil)()
					table := strings.ReplaceAll(call, ".", "_") + fault
					err := run(t, func(s beam.Scope) {
						bigqueryio.Write(s, w.table(t, table), beam.ParDo(s, entriesUpTo, beam.Create(s, 100)), methods[name])
					})
					if err != nil {
						t.Fatal(err)
					}
					if got := w.ids(t, table); !slices.Equal(got, upTo(100)) {
						t.Errorf("got %d rows, want 100", len(got))
					}
				})
			}
		}
	}
}
