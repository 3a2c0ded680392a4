package bigqueryio_test

import (
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
)

// entry is a row of most tests.
type entry struct {
	ID   int64
	Name string
}

// ledgerRow has a column of most types.
type ledgerRow struct {
	ID     int64
	Amount *big.Rat
	Maybe  *big.Rat `bigquery:",nullable"`
	Many   []*big.Rat
	At     time.Time
	Day    civil.Date
	Clock  civil.Time
	Booked civil.DateTime
	Note   bigquery.NullString
	Place  bigquery.NullGeography
	Doc    bigquery.NullJSON
	Tags   []string
	Parts  []part
	Raw    []byte
	Ok     bool
	Rate   float64
}

type part struct {
	Name string
	N    bigquery.NullInt64
}

func init() {
	for _, t := range []reflect.Type{reflect.TypeFor[entry](), reflect.TypeFor[ledgerRow](), reflect.TypeFor[part]()} {
		beam.RegisterType(t)
	}
	beam.RegisterFunction(entriesUpTo)
}

// entriesUpTo makes n entries.
func entriesUpTo(n int, emit func(entry)) {
	for i := range n {
		emit(entry{int64(i), "name"})
	}
}

const bucket = "bank-work"

func (w *world) table(t testing.TB, name string) cmekpipe.BigQueryTable {
	t.Helper()
	table, err := w.key.BigQueryTable(cmektest.Project + "." + dataset + "." + name)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// ids returns the ids of a table's rows, sorted; none if there is no table.
func (w *world) ids(t testing.TB, name string) []int64 {
	t.Helper()
	ids := []int64{}
	for it := w.client.Dataset(dataset).Table(name).Read(t.Context()); ; {
		var row entry
		err := it.Next(&row)
		if err != nil && (errors.Is(err, iterator.Done) || strings.Contains(err.Error(), "otFound")) {
			slices.Sort(ids)
			return ids
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, row.ID)
	}
}

func upTo(n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i)
	}
	return ids
}

// methods are all ways to write. They need the bucket.
func (w *world) methods(t testing.TB) map[string]bigqueryio.WriteOption {
	t.Helper()
	w.CreateBucket(bucket, region, cmekpipe.KeyName{})
	temp, err := w.key.Object("gs://" + bucket + "/loads")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]bigqueryio.WriteOption{
		"exactly": bigqueryio.WithExactlyOnce(), "atleast": bigqueryio.WithAtLeastOnce(),
		"loads": bigqueryio.WithFileLoads(temp), "inserts": bigqueryio.WithStreamingInserts(),
	}
}

// requireKeyAsked fails unless everything that ever came to rest did so under the key because its writer named the key.
func (w *world) requireKeyAsked(t testing.TB) {
	t.Helper()
	seen := 0
	for _, e := range w.Ledger() {
		if e.Kind != "table" && e.Kind != "object" && e.Kind != "stream" {
			continue
		}
		seen++
		if e.ProtectedBy() != w.key {
			t.Errorf("%s %s %s: got key %v, want %v", e.Method, e.Kind, e.Name, e.ProtectedBy(), w.key)
		}
	}
	if seen == 0 {
		t.Error("got nothing at rest, want something")
	}
}

func TestWriteCreatesTheTableUnderItsKey(t *testing.T) {
	w := newWorld(t)
	for name, method := range w.methods(t) {
		t.Run(name, func(t *testing.T) {
			err := run(t, func(s beam.Scope) {
				bigqueryio.Write(s, w.table(t, name), beam.ParDo(s, entriesUpTo, beam.Create(s, 1000)), method)
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(upTo(1000), w.ids(t, name)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
	w.requireKeyAsked(t)
}

func TestWriteNothing(t *testing.T) {
	w := newWorld(t)
	for name, method := range w.methods(t) {
		err := run(t, func(s beam.Scope) {
			bigqueryio.Write(s, w.table(t, name), beam.ParDo(s, entriesUpTo, beam.Create(s, 0)), method)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Dataset(dataset).Table(name).Metadata(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteTypes(t *testing.T) {
	w := newWorld(t)
	day, clock := civil.Date{Year: 2026, Month: 11, Day: 25}, civil.Time{Hour: 1, Minute: 2, Second: 3, Nanosecond: 4000}
	rows := []ledgerRow{{
		ID: 1, Amount: big.NewRat(-5, 4), Many: []*big.Rat{big.NewRat(1, 2), big.NewRat(7, 1)}, At: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), Day: day, Clock: clock,
		Booked: civil.DateTime{Date: day, Time: clock}, Note: bigquery.NullString{StringVal: "é\n\"", Valid: true},
		Place: bigquery.NullGeography{GeographyVal: "POINT(1 2)", Valid: true}, Doc: bigquery.NullJSON{JSONVal: `{"a":1}`, Valid: true},
		Tags: []string{"x", ""}, Parts: []part{{"p", bigquery.NullInt64{Int64: 3, Valid: true}}, {Name: "q"}},
		Raw: []byte{0, 255}, Ok: true, Rate: 0.5,
	}, {
		ID: 2, Amount: big.NewRat(0, 1), At: time.UnixMicro(0).UTC(), Day: day, Clock: civil.Time{}, Booked: civil.DateTime{Date: day}, Raw: []byte{},
	}}
	for name, method := range w.methods(t) {
		t.Run(name, func(t *testing.T) {
			err := run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, name), beam.CreateList(s, rows), method) })
			if err != nil {
				t.Fatal(err)
			}
			var got []ledgerRow
			for it := w.client.Dataset(dataset).Table(name).Read(t.Context()); ; {
				var row ledgerRow
				if err := it.Next(&row); errors.Is(err, iterator.Done) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				got = append(got, row)
			}
			slices.SortFunc(got, func(a, b ledgerRow) int { return int(a.ID - b.ID) })
			rats := cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 })
			empty := cmp.FilterValues(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 }, cmp.Comparer(func(_, _ []string) bool { return true }))
			noRats := cmp.FilterValues(func(a, b []*big.Rat) bool { return len(a) == 0 && len(b) == 0 }, cmp.Comparer(func(_, _ []*big.Rat) bool { return true }))
			noParts := cmp.FilterValues(func(a, b []part) bool { return len(a) == 0 && len(b) == 0 }, cmp.Comparer(func(_, _ []part) bool { return true }))
			if diff := cmp.Diff(rows, got, rats, empty, noRats, noParts); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWriteDispositions(t *testing.T) {
	w := newWorld(t)
	for name, method := range w.methods(t) {
		whole := name == "exactly" || name == "loads"
		t.Run(name, func(t *testing.T) {
			write := func(n int, opts ...bigqueryio.WriteOption) error {
				return run(t, func(s beam.Scope) {
					bigqueryio.Write(s, w.table(t, name), beam.ParDo(s, entriesUpTo, beam.Create(s, n)), append(opts, method)...)
				})
			}
			requireCode(t, write(1, bigqueryio.WithCreateDisposition(bigquery.CreateNever)), cmekpipe.NotFound)
			for _, n := range []int{2, 1} {
				if err := write(n); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]int64{0, 0, 1}, w.ids(t, name)); diff != "" {
				t.Fatalf("appended rows (-want +got):\n%s", diff)
			}
			if !whole {
				return
			}
			requireCode(t, write(1, bigqueryio.WithWriteDisposition(bigquery.WriteEmpty)), cmekpipe.AlreadyExists)
			for _, n := range []int{5, 0} {
				if err := write(n, bigqueryio.WithWriteDisposition(bigquery.WriteTruncate)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(upTo(n), w.ids(t, name)); diff != "" {
					t.Fatalf("replaced rows (-want +got):\n%s", diff)
				}
			}
			if err := write(3, bigqueryio.WithWriteDisposition(bigquery.WriteEmpty)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(upTo(3), w.ids(t, name)); diff != "" {
				t.Errorf("rows of what was empty (-want +got):\n%s", diff)
			}
		})
	}
	w.requireKeyAsked(t)
	w.requireNothingTemporary(t)
}

// requireNothingTemporary fails if a temporary table or file is left.
func (w *world) requireNothingTemporary(t testing.TB) {
	t.Helper()
	for _, e := range w.Ledger() {
		if (strings.Contains(e.Name, "cmekpipe_temp_") || strings.Contains(e.Name, "cmekpipe-load-")) && e.Deleted.IsZero() {
			t.Errorf("%s %s is left", e.Kind, e.Name)
		}
	}
}

func TestWriteRefusesATableUnderAnotherKey(t *testing.T) {
	w := newWorld(t)
	other := w.CreateKey(region, "other")
	for name, tc := range map[string]struct {
		key  string
		code cmekpipe.Code
	}{"another": {other.String(), cmekpipe.KeyMismatch}, "none": {"", cmekpipe.KeyMissing}, "the_same": {w.key.String(), ""}} {
		meta := &bigquery.TableMetadata{}
		meta.Schema, _ = bigquery.InferSchema(entry{})
		if tc.key != "" {
			meta.EncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: tc.key}
		}
		if err := w.client.Dataset(dataset).Table(name).Create(t.Context(), meta); err != nil {
			t.Fatal(err)
		}
		for method, option := range w.methodsOnce(t) {
			t.Run(name+" "+method, func(t *testing.T) {
				err := run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, name), beam.Create(s, entry{1, "a"}), option) })
				if tc.code == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				e := requireCode(t, err, tc.code)
				if e.Resource != w.table(t, name).String() || !strings.Contains(err.Error(), w.key.String()) || !strings.Contains(err.Error(), tc.key) {
					t.Errorf("got %v, want the table and both keys", err)
				}
				if got := w.ids(t, name); len(got) > 0 {
					t.Errorf("got %d rows, want none", len(got))
				}
			})
		}
	}
}

// methodsOnce is methods in a world that may have the bucket already.
func (w *world) methodsOnce(t testing.TB) map[string]bigqueryio.WriteOption {
	t.Helper()
	if _, err := w.StorageClient().Bucket(bucket).Attrs(t.Context()); err == nil {
		temp, err := w.key.Object("gs://" + bucket + "/loads")
		if err != nil {
			t.Fatal(err)
		}
		return map[string]bigqueryio.WriteOption{"exactly": bigqueryio.WithExactlyOnce(), "atleast": bigqueryio.WithAtLeastOnce(),
			"loads": bigqueryio.WithFileLoads(temp), "inserts": bigqueryio.WithStreamingInserts()}
	}
	return w.methods(t)
}

func TestWriteRefusesAKeyOfAnotherPlaceAndSchemasThatDoNotFit(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".eu", "EU", cmekpipe.KeyName{})
	table, err := w.key.BigQueryTable(cmektest.Project + ".eu.t")
	if err != nil {
		t.Fatal(err)
	}
	err = run(t, func(s beam.Scope) { bigqueryio.Write(s, table, beam.Create(s, entry{1, "a"})) })
	if e := requireCode(t, err, cmekpipe.LocationMismatch); !strings.Contains(e.Hint, "europe") {
		t.Errorf("got hint %q, want europe in it", e.Hint)
	}
	missing, err := w.key.BigQueryTable(cmektest.Project + ".nowhere.t")
	if err != nil {
		t.Fatal(err)
	}
	err = run(t, func(s beam.Scope) { bigqueryio.Write(s, missing, beam.Create(s, entry{1, "a"})) })
	if e := requireCode(t, err, cmekpipe.NotFound); e.Resource != cmektest.Project+".nowhere" {
		t.Errorf("got resource %q, want the dataset", e.Resource)
	}
	fill[part](t, w, "parts", nil)
	err = run(t, func(s beam.Scope) { bigqueryio.Write(s, w.table(t, "parts"), beam.Create(s, entry{1, "a"})) })
	if requireCode(t, err, cmekpipe.InvalidOptions); !strings.Contains(err.Error(), "no column ID") {
		t.Errorf("got %v, want the column in it", err)
	}
}

func TestWriteTriesAgain(t *testing.T) {
	w := newWorld(t)
	methods := w.methods(t)
	for name, calls := range map[string][]string{
		"exactly": {"bigquerystorage.CreateWriteStream", "bigquerystorage.AppendRows",
			"bigquerystorage.FinalizeWriteStream", "bigquerystorage.BatchCommitWriteStreams"},
	} {
		for _, call := range calls {
			for i, fault := range []emulator.Fault{{Status: 503}, {Status: 429}, {Reset: true}} {
				t.Run(name+" "+call, func(t *testing.T) {
					fault.Method, fault.Call = emulator.Method(call), 1
					defer w.Inject(fault)()
					table := "again" + string(rune('a'+i)) + call[strings.LastIndex(call, ".")+1:]
					err := run(t, func(s beam.Scope) {
						bigqueryio.Write(s, w.table(t, table), beam.ParDo(s, entriesUpTo, beam.Create(s, 100)), methods[name])
					})
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(upTo(100), w.ids(t, table)); diff != "" {
						t.Errorf("rows (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}
