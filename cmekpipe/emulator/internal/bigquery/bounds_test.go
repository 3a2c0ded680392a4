package bigquery_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// raised is a power of ten, or of two below it.
func raised(base, exponent int64) *big.Rat {
	n := new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(math.Abs(float64(exponent)))), nil)
	if exponent < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), n)
	}
	return new(big.Rat).SetInt(n)
}

// cell is a value as insertAll sends it, with what the column of a type makes of it.
type cell struct {
	typ  bigquery.FieldType
	in   any
	want bigquery.Value // nil if it is refused
}

func cells() []cell {
	const (
		most  = "578960446186580977117854925043439539266.34992332820282019728792003956564819967"
		least = "-578960446186580977117854925043439539266.34992332820282019728792003956564819968"
	)
	day := civil.Date{Year: 2026, Month: 2, Day: 3}
	noon := time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)
	limit := new(big.Rat).Quo(raised(2, 255), raised(10, 38))
	minus := func(r *big.Rat) *big.Rat { return new(big.Rat).Neg(r) }
	return []cell{
		{"INTEGER", int64(math.MaxInt64), int64(math.MaxInt64)}, {"INTEGER", "-9223372036854775808", int64(math.MinInt64)},
		{"INTEGER", 1e18, int64(1e18)}, {"INTEGER", 9223372036854775808.0, nil}, {"INTEGER", -9.3e18, nil}, {"INTEGER", "1.0", nil},
		{"INTEGER", " 7 ", int64(7)}, {"INTEGER", 1e300, nil}, {"INTEGER", "", nil},
		{"FLOAT", math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat64}, {"FLOAT", "-Infinity", math.Inf(-1)}, {"FLOAT", "inf", math.Inf(1)},
		{"FLOAT", "1e999", nil}, {"FLOAT", "x", nil},
		{"NUMERIC", "99999999999999999999999999999.999999999", new(big.Rat).Sub(raised(10, 29), raised(10, -9))},
		{"NUMERIC", "99999999999999999999999999999.9999999995", nil}, {"NUMERIC", "1e29", nil}, {"NUMERIC", "-1e29", nil},
		{"NUMERIC", "0.0000000005", raised(10, -9)}, {"NUMERIC", "-0.0000000005", minus(raised(10, -9))},
		{"NUMERIC", "0.00000000049", new(big.Rat)}, {"NUMERIC", 2.5, big.NewRat(5, 2)}, {"NUMERIC", "1/2", nil}, {"NUMERIC", "0x1", nil},
		{"BIGNUMERIC", most, new(big.Rat).Sub(limit, raised(10, -38))}, {"BIGNUMERIC", least, minus(limit)},
		{"BIGNUMERIC", least[1:], nil}, {"BIGNUMERIC", least[:len(least)-1] + "9", nil}, {"BIGNUMERIC", "5e-39", raised(10, -38)},
		{"BIGNUMERIC", "NaN", nil}, {"BIGNUMERIC", "1e1000000", nil},
		{"BOOLEAN", "Yes", true}, {"BOOLEAN", "f", false}, {"BOOLEAN", "1", true}, {"BOOLEAN", 1, nil}, {"BOOLEAN", "perhaps", nil},
		{"BYTES", "AP8=", []byte{0, 255}}, {"BYTES", "AP8", nil}, {"BYTES", 1, nil},
		{"DATE", "2026-2-3", day}, {"DATE", "0001-01-01", civil.Date{Year: 1, Month: 1, Day: 1}}, {"DATE", "0000-12-31", nil},
		{"DATE", "10000-01-01", nil}, {"DATE", "2025-02-29", nil}, {"DATE", "03.02.2026", nil}, {"DATE", 20487, nil},
		{"TIME", "1:2:3", civil.Time{Hour: 1, Minute: 2, Second: 3}}, {"TIME", "23:59:59.9999999", civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999_999_000}},
		{"TIME", "24:00:00", nil}, {"TIME", "23:60:00", nil}, {"TIME", "noon", nil},
		{"DATETIME", "2026-02-03", civil.DateTime{Date: day}}, {"DATETIME", "2026-02-03 12:00:00", civil.DateTimeOf(noon)},
		{"DATETIME", "2026-02-03T12:00:00", civil.DateTimeOf(noon)}, {"DATETIME", "2026-02-03T12:00:00Z", nil}, {"DATETIME", "0000-01-01", nil},
		{"TIMESTAMP", "2026-02-03T13:00:00+01:00", noon}, {"TIMESTAMP", "2026-02-03 12:00:00 UTC", noon}, {"TIMESTAMP", "2026-02-03 07:00:00-05", noon},
		{"TIMESTAMP", "2026-02-03 12:00:00", noon}, {"TIMESTAMP", noon.Unix(), noon}, {"TIMESTAMP", "1770120000", noon}, {"TIMESTAMP", 1770120000.0000015, noon.Add(time.Microsecond)},
		{"TIMESTAMP", 0.5, time.UnixMilli(500).UTC()}, {"TIMESTAMP", -62135596800, time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)}, {"TIMESTAMP", -62135596801, nil},
		{"TIMESTAMP", 253402300800, nil}, {"TIMESTAMP", 1e30, nil}, {"TIMESTAMP", "0001-01-01T00:00:00+01:00", nil}, {"TIMESTAMP", "9999-12-31T23:59:59-01:00", nil},
		{"STRING", "", ""}, {"STRING", 7, "7"}, {"STRING", true, "true"}, {"STRING", []int{1}, nil}, {"STRING", map[string]int{}, nil},
		{"JSON", map[string]int{"a": 1}, `{"a":1}`}, {"JSON", []int{1}, "[1]"}, {"JSON", 7, "7"}, {"JSON", "[1]", "[1]"}, {"JSON", "[", nil},
		{"GEOGRAPHY", "POINT(1 2)", "POINT(1 2)"}, {"GEOGRAPHY", "", nil}, {"GEOGRAPHY", 1, nil},
	}
}

func TestInsertsKeepTheBoundsOfEachType(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	tables := map[bigquery.FieldType]*bigquery.Table{}
	want := map[bigquery.FieldType][][]bigquery.Value{}
	for _, c := range cells() {
		table := tables[c.typ]
		if table == nil {
			table = w.table("d", string(c.typ), bigquery.Schema{{Name: "v", Type: c.typ}}, none)
			tables[c.typ] = table
		}
		err := table.Inserter().Put(t.Context(), saver{"", map[string]bigquery.Value{"v": c.in}})
		if c.want != nil {
			want[c.typ] = append(want[c.typ], []bigquery.Value{c.want})
			if err != nil {
				t.Errorf("%s %v: %v", c.typ, c.in, err)
			}
			continue
		}
		failed, ok := errors.AsType[bigquery.PutMultiError](err)
		if !ok || len(failed) != 1 || !strings.Contains(failed.Error(), "v") {
			t.Errorf("%s %v: got %v, want the row refused", c.typ, c.in, err)
		}
	}
	for typ, table := range tables {
		if diff := cmp.Diff(want[typ], w.rows(table), same); diff != "" {
			t.Errorf("%s: rows (-want +got):\n%s", typ, diff)
		}
	}
}

func TestRowsThatSetNoColumnAreInserted(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	nullable := bigquery.Schema{{Name: "a", Type: bigquery.StringFieldType}, {Name: "b", Type: bigquery.IntegerFieldType, Repeated: true}}
	table := w.table("d", "t", nullable, none)
	for _, id := range []string{"", "once", "once"} {
		if err := table.Inserter().Put(t.Context(), saver{id, nil}); err != nil {
			t.Fatal(err)
		}
	}
	empty := []bigquery.Value{nil, []bigquery.Value(nil)}
	if diff := cmp.Diff([][]bigquery.Value{empty, empty}, w.rows(table)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	err := w.table("d", "required", people(), none).Inserter().Put(t.Context(), saver{"", nil})
	if failed, ok := errors.AsType[bigquery.PutMultiError](err); !ok || !strings.Contains(failed.Error(), "Missing required field: id.") {
		t.Errorf("got %v, want the required column missed", err)
	}
}

func TestInsertIDsAreRememberedForAMinute(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), none)
	row := saver{"same", map[string]bigquery.Value{"id": 1}}
	for _, step := range []struct {
		after time.Duration
		rows  int
	}{{0, 1}, {time.Minute, 1}, {time.Minute, 1}, {3 * time.Minute, 2}, {0, 2}} {
		w.now = w.now.Add(step.after)
		if err := table.Inserter().Put(t.Context(), []bigquery.ValueSaver{row, row}); err != nil {
			t.Fatal(err)
		}
		if got := w.rows(table); len(got) != step.rows {
			t.Errorf("%s later: got %d rows, want %d", step.after, len(got), step.rows)
		}
	}
}

func TestTimestampsInSecondsAreExact(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", bigquery.Schema{{Name: "at", Type: bigquery.TimestampFieldType}}, none)
	for _, text := range []string{"9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00.000001Z", "0001-01-01T00:00:00.000001Z"} {
		if err := table.Inserter().Put(t.Context(), saver{"", map[string]bigquery.Value{"at": text}}); err != nil {
			t.Fatal(err)
		}
	}
	for micros, want := range map[bool][]string{
		false: {"253402300799.999999", "-0.100000", "0.000001", "-62135596799.999999"},
		true:  {"253402300799999999", "-100000", "1", "-62135596799999999"},
	} {
		list, err := w.rawClient().Tabledata.List(cmektest.Project, "d", "t").FormatOptionsUseInt64Timestamp(micros).Do()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range list.Rows {
			got = append(got, row.F[0].V.(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in microseconds %v: timestamps (-want +got):\n%s", micros, diff)
		}
	}
}

func TestRowsAreListedInPages(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	table := w.table("d", "t", people(), none)
	for i := range 5 {
		if err := table.Inserter().Put(t.Context(), saver{"", map[string]bigquery.Value{"id": i}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ start, most, rows int64 }{{0, 2, 2}, {3, 10, 2}, {4, 1, 1}, {5, 1, 0}, {9, 9, 0}} {
		list, err := w.rawClient().Tabledata.List(cmektest.Project, "d", "t").StartIndex(uint64(tt.start)).MaxResults(tt.most).Do()
		more := tt.start+tt.rows < 5 && tt.rows > 0
		if err != nil || len(list.Rows) != int(tt.rows) || list.TotalRows != 5 || (list.PageToken != "") != more {
			t.Errorf("%d rows from %d: got %d of %d and the token %q, %v", tt.most, tt.start, len(list.Rows), list.TotalRows, list.PageToken, err)
		}
	}
	_, err := w.rawClient().Tabledata.List(cmektest.Project, "d", "t").PageToken("x").Do()
	wantRefusal(t, err, 400, "invalid", `Invalid value for pageToken: "x"`)
	_, err = w.rawClient().Tabledata.List(cmektest.Project, "d", "t").SelectedFields("id").Do()
	wantRefusal(t, err, 501, "notImplemented", "no selectedFields")
}

func TestSchemasThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.CreateDataset(cmektest.Project+".d", place, none)
	deep := &raw.TableFieldSchema{Name: "x", Type: "STRING"}
	for range 15 {
		deep = &raw.TableFieldSchema{Name: "x", Type: "RECORD", Fields: []*raw.TableFieldSchema{deep}}
	}
	for name, tt := range map[string]struct {
		field *raw.TableFieldSchema
		want  string
	}{
		"no name":         {&raw.TableFieldSchema{Type: "STRING"}, `Invalid field name ""`},
		"bad name":        {&raw.TableFieldSchema{Name: "a.b", Type: "STRING"}, `Invalid field name "a.b"`},
		"long name":       {&raw.TableFieldSchema{Name: strings.Repeat("x", 301), Type: "STRING"}, "at most 300"},
		"interval":        {&raw.TableFieldSchema{Name: "x", Type: "INTERVAL"}, `the type "INTERVAL", which the loopback BigQuery does not have`},
		"range":           {&raw.TableFieldSchema{Name: "x", Type: "RANGE"}, `the type "RANGE"`},
		"no type":         {&raw.TableFieldSchema{Name: "x"}, `the type ""`},
		"mode":            {&raw.TableFieldSchema{Name: "x", Type: "STRING", Mode: "OPTIONAL"}, `the mode "OPTIONAL", want NULLABLE, REQUIRED or REPEATED`},
		"record":          {&raw.TableFieldSchema{Name: "x", Type: "RECORD"}, "is type RECORD but has no schema"},
		"too deep":        {deep, "nested deeper than 15 levels"},
		"default value":   {&raw.TableFieldSchema{Name: "x", Type: "STRING", DefaultValueExpression: "'a'"}, "no default values, policy tags and parameterized types, as for x."},
		"parameterized":   {&raw.TableFieldSchema{Name: "x", Type: "STRING", MaxLength: 3}, "parameterized types"},
		"policy tags":     {&raw.TableFieldSchema{Name: "x", Type: "STRING", PolicyTags: &raw.TableFieldSchemaPolicyTags{}}, "policy tags"},
		"bad inner field": {&raw.TableFieldSchema{Name: "x", Type: "RECORD", Fields: []*raw.TableFieldSchema{{Name: "?", Type: "STRING"}}}, `Invalid field name "?"`},
	} {
		_, err := w.rawClient().Tables.Insert(cmektest.Project, "d", &raw.Table{
			TableReference: &raw.TableReference{TableId: "t"}, Schema: &raw.TableSchema{Fields: []*raw.TableFieldSchema{tt.field}}}).Do()
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}
