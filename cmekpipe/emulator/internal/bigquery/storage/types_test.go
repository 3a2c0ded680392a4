package storage_test

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"strconv"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// The wire types of field 1, which the rows of these tests have.
func varint(n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), n)
}

func fixed64(n uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(nil, 1, protowire.Fixed64Type), n)
}

func fixed32(n uint32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(nil, 1, protowire.Fixed32Type), n)
}

func chunk(data string) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte(data))
}

// units are a decimal's units of 10^-9, the lowest byte first.
func units(n int64) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

// appendOne appends one row with a field "v" to the default stream of a table with the column v.
func (w *world) appendOne(name string, column *bigquery.FieldSchema, message *descriptorpb.DescriptorProto, row []byte) error {
	w.t.Helper()
	w.table(name, bigquery.Schema{column})
	answers, err := w.append(&storagepb.AppendRowsRequest{
		WriteStream: "projects/" + cmektest.Project + "/datasets/d/tables/" + name + "/streams/_default",
		Rows: &storagepb.AppendRowsRequest_ProtoRows{ProtoRows: &storagepb.AppendRowsRequest_ProtoData{
			WriterSchema: &storagepb.ProtoSchema{ProtoDescriptor: message},
			Rows:         &storagepb.ProtoRows{SerializedRows: [][]byte{row}},
		}},
	})
	if err != nil {
		return err
	}
	return fault(answers[0])
}

const (
	typeDouble  = descriptorpb.FieldDescriptorProto_TYPE_DOUBLE
	typeFloat   = descriptorpb.FieldDescriptorProto_TYPE_FLOAT
	typeInt64   = descriptorpb.FieldDescriptorProto_TYPE_INT64
	typeUint64  = descriptorpb.FieldDescriptorProto_TYPE_UINT64
	typeInt32   = descriptorpb.FieldDescriptorProto_TYPE_INT32
	typeSint64  = descriptorpb.FieldDescriptorProto_TYPE_SINT64
	typeFixed64 = descriptorpb.FieldDescriptorProto_TYPE_FIXED64
	typeSfixed  = descriptorpb.FieldDescriptorProto_TYPE_SFIXED32
	typeBool    = descriptorpb.FieldDescriptorProto_TYPE_BOOL
	typeString  = descriptorpb.FieldDescriptorProto_TYPE_STRING
	typeBytes   = descriptorpb.FieldDescriptorProto_TYPE_BYTES
)

func TestValuesOfProtocolBuffersBecomeThoseOfTheirColumns(t *testing.T) {
	minus := func(n int64) uint64 { return uint64(-n) }
	noon := civil.Time{Hour: 12, Minute: 34, Second: 56, Nanosecond: 789_000}
	day := civil.Date{Year: 2026, Month: 2, Day: 28}
	packedNoon := uint64(12)<<32 | 34<<26 | 56<<20 | 789
	packedBoth := uint64(2026)<<46 | 2<<42 | 28<<37 | packedNoon
	w := newWorld(t)
	for i, tt := range []struct {
		column bigquery.FieldType
		typ    descriptorpb.FieldDescriptorProto_Type
		row    []byte
		want   any // nil if it is refused
	}{
		{bigquery.IntegerFieldType, typeInt64, varint(7), int64(7)},
		{bigquery.IntegerFieldType, typeInt64, varint(minus(7)), int64(-7)},
		{bigquery.IntegerFieldType, typeInt32, varint(minus(7)), int64(-7)},
		{bigquery.IntegerFieldType, typeSint64, varint(protowire.EncodeZigZag(-7)), int64(-7)},
		{bigquery.IntegerFieldType, typeUint64, varint(7), int64(7)},
		{bigquery.IntegerFieldType, typeUint64, varint(math.MaxUint64), nil},
		{bigquery.IntegerFieldType, typeFixed64, fixed64(7), int64(7)},
		{bigquery.IntegerFieldType, typeSfixed, fixed32(math.MaxUint32), int64(-1)},
		{bigquery.BooleanFieldType, typeBool, varint(1), true},
		{bigquery.BooleanFieldType, typeInt64, varint(0), false},
		{bigquery.FloatFieldType, typeDouble, fixed64(math.Float64bits(2.5)), 2.5},
		{bigquery.FloatFieldType, typeFloat, fixed32(math.Float32bits(2.5)), 2.5},
		{bigquery.FloatFieldType, typeInt64, varint(3), 3.0},
		{bigquery.NumericFieldType, typeString, chunk("-1.5"), big.NewRat(-3, 2)},
		{bigquery.NumericFieldType, typeBytes, chunk(units(-1_500_000_000)), big.NewRat(-3, 2)},
		{bigquery.NumericFieldType, typeDouble, fixed64(math.Float64bits(0.25)), big.NewRat(1, 4)},
		{bigquery.NumericFieldType, typeDouble, fixed64(math.Float64bits(math.NaN())), nil},
		{bigquery.NumericFieldType, typeInt64, varint(3), big.NewRat(3, 1)},
		{bigquery.NumericFieldType, typeString, chunk("one"), nil},
		{bigquery.BigNumericFieldType, typeString, chunk("1e-30"), new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil))},
		{bigquery.StringFieldType, typeString, chunk("é\n"), "é\n"},
		{bigquery.StringFieldType, typeString, chunk("\xff"), nil},
		{bigquery.StringFieldType, typeInt64, varint(1), nil},
		{bigquery.BytesFieldType, typeBytes, chunk("\x00\xff"), []byte{0, 255}},
		{bigquery.BytesFieldType, typeString, chunk("abc"), []byte("abc")},
		{bigquery.DateFieldType, typeInt32, varint(20512), day},
		{bigquery.DateFieldType, typeString, chunk("2026-02-28"), day},
		{bigquery.DateFieldType, typeInt32, varint(2_999_999), nil},
		{bigquery.DateFieldType, typeString, chunk("2026-02-30"), nil},
		{bigquery.TimeFieldType, typeInt64, varint(packedNoon), noon},
		{bigquery.TimeFieldType, typeString, chunk("12:34:56.000789"), noon},
		{bigquery.TimeFieldType, typeInt64, varint(25 << 32), nil},
		{bigquery.DateTimeFieldType, typeInt64, varint(packedBoth), civil.DateTime{Date: day, Time: noon}},
		{bigquery.DateTimeFieldType, typeString, chunk("2026-02-28 12:34:56.000789"), civil.DateTime{Date: day, Time: noon}},
		{bigquery.DateTimeFieldType, typeInt64, varint(13 << 42), nil},
		{bigquery.TimestampFieldType, typeInt64, varint(minus(1)), time.Unix(0, -1000).UTC()},
		{bigquery.TimestampFieldType, typeString, chunk("2026-02-28T12:00:00Z"), time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)},
		{bigquery.TimestampFieldType, typeInt64, varint(math.MaxInt64), nil},
		{bigquery.JSONFieldType, typeString, chunk(`{"a":[1]}`), `{"a":[1]}`},
		{bigquery.JSONFieldType, typeString, chunk(`{"a":`), nil},
	} {
		name := "t" + strconv.Itoa(i)
		message := &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{field("v", 1, tt.typ)}}
		err := w.appendOne(name, &bigquery.FieldSchema{Name: "v", Type: tt.column}, message, tt.row)
		if tt.want == nil {
			if status.Code(err) != codes.InvalidArgument {
				t.Errorf("%s of %s: got %v, want InvalidArgument", tt.column, tt.typ, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s of %s: %v", tt.column, tt.typ, err)
			continue
		}
		rows := w.ReadRows(cmektest.Project + ".d." + name)
		same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
		if len(rows) != 1 || !cmp.Equal(tt.want, any(rows[0]["v"]), same) {
			t.Errorf("%s of %s: got %v, want %v", tt.column, tt.typ, rows, tt.want)
		}
	}
}

func TestRepeatedAndNestedFields(t *testing.T) {
	w := newWorld(t)
	repeated := field("v", 1, typeInt64)
	repeated.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	list := &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{repeated}}
	for name, row := range map[string][]byte{
		"packed": chunk("\x01\x02\x03"), "unpacked": append(varint(1), append(varint(2), varint(3)...)...), "mixed": append(varint(1), chunk("\x02\x03")...),
	} {
		column := &bigquery.FieldSchema{Name: "v", Type: bigquery.IntegerFieldType, Repeated: true}
		if err := w.appendOne(name, column, list, row); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []bigquery.Value{int64(1), int64(2), int64(3)}
		if rows := w.ReadRows(cmektest.Project + ".d." + name); len(rows) != 1 || !cmp.Equal(any(want), any(rows[0]["v"])) {
			t.Errorf("%s: got %v, want %v", name, rows, want)
		}
	}
	inner := field("v", 1, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE)
	inner.TypeName = proto.String("Inner")
	nested := &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{inner},
		NestedType: []*descriptorpb.DescriptorProto{{Name: proto.String("Inner"),
			Field: []*descriptorpb.FieldDescriptorProto{field("city", 1, typeString)}}}}
	column := &bigquery.FieldSchema{Name: "v", Type: bigquery.RecordFieldType,
		Schema: bigquery.Schema{{Name: "city", Type: bigquery.StringFieldType}}}
	if err := w.appendOne("nested", column, nested, chunk(string(chunk("Bonn")))); err != nil {
		t.Fatal(err)
	}
	rows := w.ReadRows(cmektest.Project + ".d.nested")
	if want := map[string]bigquery.Value{"city": "Bonn"}; len(rows) != 1 || !cmp.Equal(any(want), any(rows[0]["v"])) {
		t.Errorf("got %v, want %v", rows, want)
	}
}

func TestRowsThatAreNoMessageAreRefused(t *testing.T) {
	w := newWorld(t)
	message := &descriptorpb.DescriptorProto{Name: proto.String("Row"), Field: []*descriptorpb.FieldDescriptorProto{field("v", 1, typeInt64)}}
	for name, row := range map[string][]byte{"cut": {0x08}, "wire_type": chunk("x"), "tag": {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		err := w.appendOne(name, &bigquery.FieldSchema{Name: "v", Type: bigquery.IntegerFieldType}, message, row)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
	}
	required := &bigquery.FieldSchema{Name: "v", Type: bigquery.IntegerFieldType, Required: true}
	if err := w.appendOne("required", required, message, nil); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a required column left out: got %v, want InvalidArgument", err)
	}
}

// kinds has a column of each type.
type kinds struct {
	ID    int64          `bigquery:"id"`
	Bool  bool           `bigquery:"bool"`
	Float float64        `bigquery:"float"`
	Num   *big.Rat       `bigquery:"num"`
	Text  string         `bigquery:"text"`
	Bytes []byte         `bigquery:"bytes"`
	Date  civil.Date     `bigquery:"date"`
	Time  civil.Time     `bigquery:"time"`
	When  civil.DateTime `bigquery:"when"`
	At    time.Time      `bigquery:"at"`
	Tags  []string       `bigquery:"tags"`
	Home  struct {
		City string `bigquery:"city"`
	} `bigquery:"home"`
}

// Google's client reads tables through the Storage Read API in Arrow, if it is told to.
func TestGooglesClientReadsEveryTypeInArrow(t *testing.T) {
	w := newWorld(t)
	day, clock := civil.Date{Year: 1969, Month: 12, Day: 31}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 123_456_000}
	want := []kinds{
		{ID: 1, Bool: true, Float: 2.5, Num: big.NewRat(-5, 2), Text: "é\n", Bytes: []byte{0, 255}, Date: day, Time: clock,
			When: civil.DateTime{Date: day, Time: clock}, At: time.Date(1969, 12, 31, 23, 59, 59, 123_456_000, time.UTC), Tags: []string{"x", "y"}},
		{ID: 2, Num: new(big.Rat), Bytes: []byte{}, Date: day, When: civil.DateTime{Date: day}, At: time.Unix(0, 0).UTC(), Tags: []string{"z"}},
	}
	want[0].Home.City = "Bonn"
	w.CreateTable(cmektest.Project+".d.kinds", w.key, want)
	client := w.BigQueryClient()
	if err := client.EnableStorageReadClient(t.Context(), w.ClientOptions(emulator.BigQueryStorage)...); err != nil {
		t.Fatal(err)
	}
	it := client.Dataset("d").Table("kinds").Read(t.Context())
	var got []kinds
	for {
		var row kinds
		err := it.Next(&row)
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	if !it.IsAccelerated() {
		t.Error("got the rows without the Storage Read API")
	}
	same := cmp.Comparer(func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
