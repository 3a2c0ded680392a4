package storage_test

import (
	"errors"
	"io"
	"math"
	"math/big"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// allTypes has a nullable column of each type, and lists.
func allTypes() bigquery.Schema {
	var schema bigquery.Schema
	for _, typ := range []bigquery.FieldType{
		bigquery.BooleanFieldType, bigquery.IntegerFieldType, bigquery.FloatFieldType, bigquery.NumericFieldType,
		bigquery.BigNumericFieldType, bigquery.StringFieldType, bigquery.BytesFieldType, bigquery.DateFieldType,
		bigquery.TimeFieldType, bigquery.DateTimeFieldType, bigquery.TimestampFieldType, bigquery.JSONFieldType,
		bigquery.GeographyFieldType,
	} {
		schema = append(schema, &bigquery.FieldSchema{Name: string(typ), Type: typ})
	}
	city := bigquery.Schema{{Name: "city", Type: bigquery.StringFieldType}}
	return append(schema,
		&bigquery.FieldSchema{Name: "HOME", Type: bigquery.RecordFieldType, Schema: city},
		&bigquery.FieldSchema{Name: "HOMES", Type: bigquery.RecordFieldType, Repeated: true, Schema: city},
		&bigquery.FieldSchema{Name: "TIMES", Type: bigquery.TimestampFieldType, Repeated: true})
}

// saver is a row as it is sent.
type saver map[string]bigquery.Value

// Save returns the row.
func (s saver) Save() (map[string]bigquery.Value, string, error) { return s, "", nil }

// insert creates a table of allTypes with rows.
func (w *world) insert(name string, rows ...saver) {
	w.t.Helper()
	w.table(name, allTypes())
	if err := w.BigQueryClient().Dataset("d").Table(name).Inserter().Put(w.t.Context(), rows); err != nil {
		w.t.Fatal(err)
	}
}

// decimal is a number from its digits.
func decimal(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}

// The largest values of the types that have one.
const (
	mostNumeric    = "99999999999999999999999999999.999999999"
	mostBigNumeric = "578960446186580977117854925043439539266.34992332820282019728792003956564819967"
)

// extremes are rows with the least and the greatest value of each type, and one of NULLs.
func extremes() []saver {
	bonn := map[string]any{"city": "Bonn"}
	return []saver{
		{"BOOLEAN": false, "INTEGER": math.MinInt64, "FLOAT": -math.MaxFloat64, "NUMERIC": "-" + mostNumeric,
			"BIGNUMERIC": "-578960446186580977117854925043439539266.34992332820282019728792003956564819968", "STRING": "", "BYTES": "",
			"DATE": "0001-01-01", "TIME": "00:00:00", "DATETIME": "0001-01-01T00:00:00", "TIMESTAMP": "0001-01-01T00:00:00Z",
			"JSON": "null", "GEOGRAPHY": "POINT(0 0)", "HOME": map[string]any{}, "HOMES": []any{}, "TIMES": []any{"0001-01-01 00:00:00 UTC"}},
		{"BOOLEAN": true, "INTEGER": math.MaxInt64, "FLOAT": math.MaxFloat64, "NUMERIC": mostNumeric, "BIGNUMERIC": mostBigNumeric,
			"STRING": "é\x00\U0010ffff", "BYTES": "AP8=", "DATE": "9999-12-31", "TIME": "23:59:59.999999",
			"DATETIME": "9999-12-31T23:59:59.999999", "TIMESTAMP": "9999-12-31T23:59:59.999999Z", "JSON": `{"a":[1,null]}`,
			"GEOGRAPHY": "POINT(1 2)", "HOME": bonn, "HOMES": []any{bonn, map[string]any{}}, "TIMES": []any{"9999-12-31 23:59:59.999999 UTC"}},
		{},
	}
}

// readAvro reads a table in Avro with another library.
func (w *world) readAvro(name string, fields ...string) []map[string]any {
	w.t.Helper()
	s, err := w.read.CreateReadSession(w.t.Context(), &storagepb.CreateReadSessionRequest{
		Parent: "projects/p", MaxStreamCount: 1, ReadSession: &storagepb.ReadSession{
			Table: "projects/" + cmektest.Project + "/datasets/d/tables/" + name, DataFormat: storagepb.DataFormat_AVRO,
			ReadOptions: &storagepb.ReadSession_TableReadOptions{SelectedFields: fields},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	codec, err := goavro.NewCodec(s.GetAvroSchema().GetSchema())
	if err != nil {
		w.t.Fatal(err)
	}
	call, err := w.read.ReadRows(w.t.Context(), &storagepb.ReadRowsRequest{ReadStream: s.GetStreams()[0].GetName()})
	if err != nil {
		w.t.Fatal(err)
	}
	var rows []map[string]any
	for first := true; ; first = false {
		answer, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			w.t.Fatal(err)
		}
		if (answer.GetAvroSchema().GetSchema() == s.GetAvroSchema().GetSchema()) != first {
			w.t.Errorf("got the schema %q, want it in the first answer only", answer.GetAvroSchema().GetSchema())
		}
		for rest := answer.GetAvroRows().GetSerializedBinaryRows(); len(rest) > 0; {
			var row any
			if row, rest, err = codec.NativeFromBinary(rest); err != nil {
				w.t.Fatal(err)
			}
			rows = append(rows, row.(map[string]any))
		}
	}
}

// sameNumber compares decimals by value.
func sameNumber() cmp.Option { return cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 }) }

func TestSessionsInAvroHaveTheBoundsOfEachType(t *testing.T) {
	w := newWorld(t)
	w.insert("all", extremes()...)
	one := func(typ string, value any) any { return map[string]any{typ: value} }
	city := func(value any) map[string]any { return map[string]any{"city": value} }
	least, most := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	want := []map[string]any{
		{
			"BOOLEAN": one("boolean", false), "INTEGER": one("long", int64(math.MinInt64)), "FLOAT": one("double", -math.MaxFloat64),
			"NUMERIC":    one("bytes.decimal", decimal("-"+mostNumeric)),
			"BIGNUMERIC": one("bytes.decimal", decimal("-578960446186580977117854925043439539266.34992332820282019728792003956564819968")),
			"STRING":     one("string", ""), "BYTES": one("bytes", []byte{}), "DATE": one("int.date", least),
			"TIME": one("long.time-micros", time.Duration(0)), "DATETIME": one("string", "0001-01-01T00:00:00"),
			"TIMESTAMP": one("long.timestamp-micros", least), "JSON": one("string", "null"), "GEOGRAPHY": one("string", "POINT(0 0)"),
			"HOME": one("__root___13", city(nil)), "HOMES": []any{}, "TIMES": []any{least},
		},
		{
			"BOOLEAN": one("boolean", true), "INTEGER": one("long", int64(math.MaxInt64)), "FLOAT": one("double", math.MaxFloat64),
			"NUMERIC": one("bytes.decimal", decimal(mostNumeric)), "BIGNUMERIC": one("bytes.decimal", decimal(mostBigNumeric)),
			"STRING": one("string", "é\x00\U0010ffff"), "BYTES": one("bytes", []byte{0, 255}),
			"DATE": one("int.date", most.Truncate(24*time.Hour)), "TIME": one("long.time-micros", 24*time.Hour-time.Microsecond),
			"DATETIME": one("string", "9999-12-31T23:59:59.999999"), "TIMESTAMP": one("long.timestamp-micros", most),
			"JSON": one("string", `{"a":[1,null]}`), "GEOGRAPHY": one("string", "POINT(1 2)"),
			"HOME": one("__root___13", city(one("string", "Bonn"))), "HOMES": []any{city(one("string", "Bonn")), city(nil)}, "TIMES": []any{most},
		},
		{
			"BOOLEAN": nil, "INTEGER": nil, "FLOAT": nil, "NUMERIC": nil, "BIGNUMERIC": nil, "STRING": nil, "BYTES": nil, "DATE": nil,
			"TIME": nil, "DATETIME": nil, "TIMESTAMP": nil, "JSON": nil, "GEOGRAPHY": nil, "HOME": nil, "HOMES": []any{}, "TIMES": []any{},
		},
	}
	if diff := cmp.Diff(want, w.readAvro("all"), sameNumber()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	picked := []map[string]any{{"DATE": want[0]["DATE"], "TIMES": want[0]["TIMES"]}, {"DATE": want[1]["DATE"], "TIMES": want[1]["TIMES"]}, {"DATE": nil, "TIMES": []any{}}}
	if diff := cmp.Diff(picked, w.readAvro("all", "times", "DATE", "date")); diff != "" {
		t.Errorf("two columns (-want +got):\n%s", diff)
	}
}

// Google's client reads the same values through either API.
func TestGooglesClientReadsTheBoundsOfEachType(t *testing.T) {
	w := newWorld(t)
	w.insert("all", extremes()...)
	day, clock := civil.Date{Year: 9999, Month: 12, Day: 31}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999_999_000}
	first := civil.Date{Year: 1, Month: 1, Day: 1}
	least, most := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	list := func(values ...bigquery.Value) bigquery.Value { return append([]bigquery.Value{}, values...) }
	want := [][]bigquery.Value{
		{false, int64(math.MinInt64), -math.MaxFloat64, decimal("-" + mostNumeric),
			decimal("-578960446186580977117854925043439539266.34992332820282019728792003956564819968"), "", []byte{}, first, civil.Time{},
			civil.DateTime{Date: first}, least, "null", "POINT(0 0)", list(nil), list(), list(least)},
		{true, int64(math.MaxInt64), math.MaxFloat64, decimal(mostNumeric), decimal(mostBigNumeric), "é\x00\U0010ffff", []byte{0, 255},
			day, clock, civil.DateTime{Date: day, Time: clock}, most, `{"a":[1,null]}`, "POINT(1 2)", list("Bonn"),
			list(list("Bonn"), list(nil)), list(most)},
		{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, list(), list()},
	}
	empty := cmp.FilterValues(func(a, b []bigquery.Value) bool { return len(a) == 0 && len(b) == 0 }, cmp.Comparer(func(a, b []bigquery.Value) bool { return true }))
	client := w.BigQueryClient()
	for _, api := range []string{"tabledata.list", "Storage Read"} {
		if api == "Storage Read" {
			if err := client.EnableStorageReadClient(t.Context(), w.ClientOptions("bigquerystorage")...); err != nil {
				t.Fatal(err)
			}
		}
		it := client.Dataset("d").Table("all").Read(t.Context())
		for i, row := range want {
			var got []bigquery.Value
			if err := it.Next(&got); err != nil {
				t.Fatalf("%s: row %d: %v", api, i, err)
			}
			if diff := cmp.Diff(row, got, sameNumber(), empty); diff != "" {
				t.Errorf("%s: row %d (-want +got):\n%s", api, i, diff)
			}
		}
		if it.IsAccelerated() != (api == "Storage Read") {
			t.Errorf("%s: got the Storage Read API used: %v", api, it.IsAccelerated())
		}
	}
}
