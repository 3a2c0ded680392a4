package bqrow

import (
	"bytes"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	"github.com/linkedin/goavro/v2"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

type inner struct {
	A int64
	B []string
}

type embedded struct {
	E      string
	Hidden string `bigquery:"hidden"`
}

type everything struct {
	embedded
	Str     string `bigquery:"str"`
	Int     int
	Int8    int8
	Uint32  uint32
	Float   float64
	Float32 float32
	Bool    bool
	Bytes   []byte
	Maybe   []byte `bigquery:",nullable"`
	Time    time.Time
	Date    civil.Date
	Clock   civil.Time
	Both    civil.DateTime
	Num     *big.Rat
	NoNum   *big.Rat `bigquery:",nullable"`
	JSON    map[string]any
	Struct  struct{ X int } `bigquery:"asjson,json"`
	Rec     inner
	Ptr     *inner
	NoRec   *inner `bigquery:",nullable"`
	Many    []inner
	Ptrs    []*inner
	Ints    []int64
	Fixed   [2]bool
	Blobs   [][]byte
	Times   []time.Time
	NStr    bigquery.NullString
	NInt    bigquery.NullInt64
	NFloat  bigquery.NullFloat64
	NBool   bigquery.NullBool
	NTime   bigquery.NullTimestamp
	NDate   bigquery.NullDate
	NClock  bigquery.NullTime
	NBoth   bigquery.NullDateTime
	NGeo    bigquery.NullGeography
	NJSON   bigquery.NullJSON
	Skipped string `bigquery:"-"`
	//lint:ignore U1000 it must be skipped
	private int
}

func full() everything {
	r := inner{A: 7, B: []string{"x", ""}}
	day := civil.Date{Year: 2026, Month: 11, Day: 25}
	clock := civil.Time{Hour: 1, Minute: 2, Second: 3, Nanosecond: 4_005_999}
	return everything{
		embedded: embedded{E: "e", Hidden: "h"}, Str: "grüße\n", Int: -5, Int8: -8, Uint32: math.MaxUint32, Float: 1.5,
		Float32: 0.25, Bool: true, Bytes: []byte{0, 255}, Time: time.Date(1969, 1, 2, 3, 4, 5, 6999, time.UTC), Date: day,
		Clock: clock, Both: civil.DateTime{Date: day, Time: clock}, Num: big.NewRat(-1, 3), JSON: map[string]any{"k": []any{1.0}},
		Rec: r, Ptr: &r, Many: []inner{r, {}}, Ptrs: []*inner{&r}, Ints: []int64{1, -1}, Fixed: [2]bool{true, false},
		Blobs: [][]byte{nil, {1}}, Times: []time.Time{time.UnixMicro(5)},
		NStr: bigquery.NullString{StringVal: "s", Valid: true}, NGeo: bigquery.NullGeography{GeographyVal: "POINT(1 2)", Valid: true},
		NInt: bigquery.NullInt64{Int64: 0, Valid: true}, NDate: bigquery.NullDate{Date: day, Valid: true},
	}
}

func columnsFor(t *testing.T, v any, schema bigquery.Schema) []column {
	t.Helper()
	r, err := NewType(reflect.TypeOf(v), schema)
	if err != nil {
		t.Fatal(err)
	}
	return r.columns
}

func addressable(v any) reflect.Value {
	x := reflect.New(reflect.TypeOf(v)).Elem()
	x.Set(reflect.ValueOf(v))
	return x
}

// decode reads an encoded row back with its own descriptor, as the service does.
func decode(t *testing.T, columns []column, data []byte) *dynamicpb.Message {
	t.Helper()
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{Name: proto.String("row.proto"), Syntax: proto.String("proto2"),
		MessageType: []*descriptorpb.DescriptorProto{descriptorOf("Row", columns)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := dynamicpb.NewMessage(file.Messages().Get(0))
	if err := proto.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	if len(m.GetUnknown()) > 0 {
		t.Fatal("got unknown fields")
	}
	return m
}

func get(m protoreflect.Message, name string) any {
	f := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if f.HasPresence() && !m.Has(f) {
		return nil
	}
	return m.Get(f).Interface()
}

func TestProtoHoldsEveryType(t *testing.T) {
	columns := columnsFor(t, everything{}, nil)
	data, bad := appendProto(nil, columns, addressable(full()))
	if bad != nil {
		t.Fatal(bad)
	}
	m := decode(t, columns, data)
	for name, want := range map[string]any{
		"E": "e", "hidden": "h", "str": "grüße\n", "Int": int64(-5), "Int8": int64(-8), "Uint32": int64(math.MaxUint32), "Float": 1.5,
		"Float32": 0.25, "Bool": true, "Bytes": []byte{0, 255}, "Maybe": nil, "Date": int32(20782), "Clock": "01:02:03.004005",
		"Both": "2026-11-25 01:02:03.004005", "Num": "-0.333333333", "NoNum": nil, "JSON": `{"k":[1]}`, "asjson": `{"X":0}`,
		"NoRec": nil, "NStr": "s", "NInt": int64(0), "NFloat": nil, "NGeo": "POINT(1 2)", "NDate": int32(20782), "NTime": nil,
		"Time": time.Date(1969, 1, 2, 3, 4, 5, 6000, time.UTC).UnixMicro(),
	} {
		if diff := cmp.Diff(want, get(m, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(string(text), " ", "")
	for _, want := range []string{
		`"Rec":{"A":"7","B":["x",""]}`, `"Ptr":{"A":"7","B":["x",""]}`, `"Many":[{"A":"7","B":["x",""]},{"A":"0"}]`,
		`"Ptrs":[{"A":"7","B":["x",""]}]`, `"Ints":["1","-1"]`, `"Fixed":[true,false]`, `"Blobs":["","AQ=="]`, `"Times":["5"]`,
	} {
		if !strings.Contains(plain, want) {
			t.Errorf("got %s, want %s in it", plain, want)
		}
	}
}

func TestAvroHoldsEveryType(t *testing.T) {
	columns := columnsFor(t, everything{}, nil)
	schema, err := avroSchema(columns)
	if err != nil {
		t.Fatal(err)
	}
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		t.Fatal(err)
	}
	data, bad := appendAvro(nil, columns, addressable(full()))
	if bad != nil {
		t.Fatal(bad)
	}
	native, rest, err := codec.NativeFromBinary(data)
	if err != nil || len(rest) > 0 {
		t.Fatalf("got error %v and %d bytes left", err, len(rest))
	}
	row := native.(map[string]any)
	if got, want := row["Num"].(*big.Rat), big.NewRat(-333333333, 1e9); got.Cmp(want) != 0 {
		t.Errorf("Num: got %v, want %v", got, want)
	}
	rec := map[string]any{"A": int64(7), "B": []any{"x", ""}}
	for name, want := range map[string]any{
		"str": "grüße\n", "Int": int64(-5), "Float": 1.5, "Bool": true, "Bytes": []byte{0, 255}, "Maybe": nil, "JSON": `{"k":[1]}`,
		"Time": time.Date(1969, 1, 2, 3, 4, 5, 6000, time.UTC), "Date": time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
		"Clock": time.Hour + 2*time.Minute + 3*time.Second + 4005*time.Microsecond, "Both": "2026-11-25 01:02:03.004005",
		"Rec": rec, "Many": []any{rec, map[string]any{"A": int64(0), "B": []any{}}}, "Ints": []any{int64(1), int64(-1)},
		"NStr": map[string]any{"string": "s"}, "NoRec": nil, "NGeo": map[string]any{"string": "POINT(1 2)"}, "NFloat": nil,
	} {
		if diff := cmp.Diff(want, row[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTwosComplement(t *testing.T) {
	for n, want := range map[int64][]byte{0: {0}, 1: {1}, 127: {127}, 128: {0, 128}, -1: {255}, -128: {255, 128}, -129: {255, 127}, 256: {1, 0}} {
		if got := twosComplement(big.NewInt(n)); !bytes.Equal(got, want) {
			t.Errorf("%d: got %v, want %v", n, got, want)
		}
	}
}

func TestRowsThatCannotBeWrittenNameTheColumnOnly(t *testing.T) {
	secret := "secret\xff"
	big40, _ := new(big.Rat).SetString("1e29")
	for name, tc := range map[string]struct {
		change func(*everything)
		want   string
	}{
		"text that is not UTF-8":  {func(e *everything) { e.Str = secret }, "column str: got text that is not UTF-8"},
		"the same in a record":    {func(e *everything) { e.Many[0].B[0] = secret }, "column Many.B: got text that is not UTF-8"},
		"a time before the years": {func(e *everything) { e.Time = time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC) }, "column Time: got a time outside"},
		"a time after the years": {func(e *everything) {
			e.NTime = bigquery.NullTimestamp{Timestamp: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Valid: true}
		}, "column NTime: got a time outside"},
		"no date":            {func(e *everything) { e.Date = civil.Date{Year: 2026, Month: 2, Day: 30} }, "column Date: got an invalid date, or"},
		"no time":            {func(e *everything) { e.Clock.Hour = 24 }, "column Clock: got an invalid time of day"},
		"no date and time":   {func(e *everything) { e.Both.Date.Day = 0 }, "column Both: got an invalid date and time, or"},
		"a number too large": {func(e *everything) { e.Num = big40 }, "column Num: got a number"},
		"no number":          {func(e *everything) { e.Num = nil }, "column Num: got null"},
		"no record":          {func(e *everything) { e.Ptr = nil }, "column Ptr: got null"},
		"null among many":    {func(e *everything) { e.Ptrs[0] = nil }, "column Ptrs: got null"},
		"a channel in JSON":  {func(e *everything) { e.JSON = map[string]any{"secret": make(chan int)} }, "column JSON: got a value that can't be encoded as JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			row := full()
			row.Many[0].B = []string{"x"}
			tc.change(&row)
			columns := columnsFor(t, everything{}, nil)
			_, bad := appendProto(nil, columns, addressable(row))
			_, badAvro := appendAvro(nil, columns, addressable(row))
			for form, got := range map[string]*Refusal{"protobuf": bad, "Avro": badAvro} {
				if got == nil || !strings.HasPrefix(got.Error(), tc.want) || strings.Contains(got.Error(), "secret") {
					t.Errorf("%s: got %v, want %q", form, got, tc.want)
				}
			}
		})
	}
}

func TestSchemaOverride(t *testing.T) {
	type row struct {
		Place  string
		Doc    string
		Amount *big.Rat
	}
	schema := bigquery.Schema{
		{Name: "amount", Type: "BIGDECIMAL"}, {Name: "place", Type: bigquery.GeographyFieldType, Required: true},
		{Name: "doc", Type: bigquery.JSONFieldType}, {Name: "extra", Type: bigquery.StringFieldType},
	}
	columns := columnsFor(t, row{}, schema)
	data, bad := appendProto(nil, columns, addressable(row{"POINT(1 2)", "{}", big.NewRat(1, 4)}))
	if bad != nil {
		t.Fatal(bad)
	}
	m := decode(t, columns, data)
	for name, want := range map[string]any{"place": "POINT(1 2)", "doc": "{}", "amount": "0.25" + strings.Repeat("0", 36)} {
		if got := get(m, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for name, schema := range map[string]bigquery.Schema{
		"a required column without a field": append(schema[:3:3], &bigquery.FieldSchema{Name: "more", Type: "STRING", Required: true}),
		"a field without a column":          schema[:2],
		"another type":                      {schema[0], schema[1], {Name: "doc", Type: "INTEGER"}},
		"another mode":                      {schema[0], schema[1], {Name: "doc", Type: "STRING", Repeated: true}},
		"a range":                           {schema[0], schema[1], schema[2], {Name: "r", Type: "RANGE"}},
	} {
		if _, err := NewType(reflect.TypeFor[row](), schema); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

type shadowA struct {
	X string
	Y string `bigquery:"y"`
	Z int
}
type shadowB struct {
	X string
	Y string
	Z string `bigquery:"Z"`
}
type shadow struct {
	shadowA
	*shadowB
	Named shadowA
	inner `bigquery:"tagged"`
}

// TestFieldsAreThoseOfTheClient compares our reading of struct types with bigquery.InferSchema.
func TestFieldsAreThoseOfTheClient(t *testing.T) {
	for _, v := range []any{everything{}, shadow{}, shadowA{}, struct {
		shadowA
		X int
	}{}} {
		schema, err := bigquery.InferSchema(v)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, f := range schema {
			want = append(want, f.Name)
		}
		for _, f := range fieldsOf(reflect.TypeOf(v)) {
			got = append(got, f.name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-client +got):\n%s", v, diff)
		}
	}
}

func TestNamesOfNestedMessagesDoNotClash(t *testing.T) {
	type row struct {
		Record1 inner
		Record2 int64
		C       inner `bigquery:"Record3"`
	}
	columns := columnsFor(t, row{}, nil)
	data, bad := appendProto(nil, columns, addressable(row{Record2: 5}))
	if bad != nil {
		t.Fatal(bad)
	}
	if got := get(decode(t, columns, data), "Record2"); got != int64(5) {
		t.Errorf("got %v, want 5", got)
	}
}

func BenchmarkAppendProto(b *testing.B) {
	type row struct {
		ID   int64
		Name string
		At   time.Time
		Sum  float64
	}
	r, err := NewType(reflect.TypeFor[row](), nil)
	if err != nil {
		b.Fatal(err)
	}
	v := reflect.New(reflect.TypeFor[row]()).Elem()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		v.Set(reflect.ValueOf(row{1, "some name", time.Unix(1e9, 0), 2.5}))
		buf, _ = appendProto(buf[:0], r.columns, v)
	}
}
