package codec

import (
	"bytes"
	"fmt"
	"math/big"
	"time"

	"cloud.google.com/go/civil"
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/decimal128"
	"github.com/apache/arrow/go/v15/arrow/decimal256"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// endOfStream is how long the mark is that ends a stream of Arrow's messages: four bytes of ones and a length of 0.
const endOfStream = 8

// Arrow encodes columns of a table as the Storage Read API does. It is immutable and may be used by many goroutines. Use
// [Shape.Arrow].
type Arrow struct {
	shape  *Shape
	picked []int
	schema *arrow.Schema
	text   []byte // the schema as a message
}

// Arrow prepares the columns of the given numbers.
func (s *Shape) Arrow(picked []int) (*Arrow, error) {
	fields := make([]arrow.Field, len(picked))
	for i, at := range picked {
		fields[i] = s.fields[at].arrowField()
	}
	a := &Arrow{shape: s, picked: picked, schema: arrow.NewSchema(fields, nil)}
	var b bytes.Buffer
	w := ipc.NewWriter(&b, ipc.WithSchema(a.schema))
	if err := w.Close(); err != nil {
		return nil, err
	}
	a.text = b.Bytes()[:b.Len()-endOfStream]
	return a, nil
}

// Schema returns the schema as one message of Arrow's.
func (a *Arrow) Schema() []byte { return a.text }

// Batch returns rows as one message of Arrow's, to be read with the schema.
func (a *Arrow) Batch(rows []Row) ([]byte, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, a.schema)
	defer b.Release()
	for i, at := range a.picked {
		f, column := &a.shape.fields[at], b.Field(i)
		column.Reserve(len(rows))
		for _, row := range rows {
			f.appendArrow(column, row[at])
		}
	}
	record := b.NewRecord()
	defer record.Release()
	var text bytes.Buffer
	w := ipc.NewWriter(&text, ipc.WithSchema(a.schema))
	err := w.Write(record)
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return text.Bytes()[len(a.text) : text.Len()-endOfStream], nil
}

func (f *field) arrowField() arrow.Field {
	typ := f.arrowType()
	a := arrow.Field{Name: f.Name, Type: typ, Nullable: !f.Required}
	if f.Type.Array {
		a.Type, a.Nullable = arrow.ListOfField(arrow.Field{Name: "item", Type: typ, Nullable: true}), false
	}
	switch f.Type.Kind {
	case sql.JSON, sql.Geography, sql.DateTime:
		a.Metadata = arrow.NewMetadata([]string{"ARROW:extension:name"}, []string{"google:sqlType:" + extension(f.Type.Kind)})
	}
	return a
}

func extension(kind sql.Kind) string {
	switch kind {
	case sql.JSON:
		return "json"
	case sql.Geography:
		return "geography"
	}
	return "datetime"
}

// arrowType is the type of one value. Source:
// https://docs.cloud.google.com/bigquery/docs/reference/storage#arrow_schema_details.
func (f *field) arrowType() arrow.DataType {
	switch f.Type.Kind {
	case sql.Bool:
		return arrow.FixedWidthTypes.Boolean
	case sql.Int64:
		return arrow.PrimitiveTypes.Int64
	case sql.Float64:
		return arrow.PrimitiveTypes.Float64
	case sql.Numeric:
		return &arrow.Decimal128Type{Precision: 38, Scale: numericScale}
	case sql.BigNumeric:
		return &arrow.Decimal256Type{Precision: 76, Scale: bigNumericScale}
	case sql.Bytes:
		return arrow.BinaryTypes.Binary
	case sql.Date:
		return arrow.FixedWidthTypes.Date32
	case sql.Time:
		return arrow.FixedWidthTypes.Time64us
	case sql.DateTime:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case sql.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case sql.Struct:
		fields := make([]arrow.Field, len(f.inner.fields))
		for i := range fields {
			fields[i] = f.inner.fields[i].arrowField()
		}
		return arrow.StructOf(fields...)
	}
	return arrow.BinaryTypes.String
}

func (f *field) appendArrow(to array.Builder, value sql.Value) {
	list, ok := to.(*array.ListBuilder)
	if !ok {
		f.appendArrowOne(to, value)
		return
	}
	list.Append(true)
	elements, _ := value.([]sql.Value)
	for _, element := range elements {
		f.appendArrowOne(list.ValueBuilder(), element)
	}
}

func (f *field) appendArrowOne(to array.Builder, value sql.Value) {
	if value == nil {
		to.AppendNull()
		return
	}
	switch b := to.(type) {
	case *array.BooleanBuilder:
		b.Append(value.(bool))
	case *array.Int64Builder:
		b.Append(value.(int64))
	case *array.Float64Builder:
		b.Append(value.(float64))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromBigInt(unitsIn(value.(*big.Rat), numericScale)))
	case *array.Decimal256Builder:
		b.Append(decimal256Of(unitsIn(value.(*big.Rat), bigNumericScale)))
	case *array.BinaryBuilder:
		b.Append(value.([]byte))
	case *array.StringBuilder:
		b.Append(value.(string))
	case *array.Date32Builder:
		b.Append(arrow.Date32(daysOf(value.(civil.Date))))
	case *array.Time64Builder:
		b.Append(arrow.Time64(microsOf(value.(civil.Time))))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(instantOf(value)))
	case *array.StructBuilder:
		b.Append(true)
		for i, inner := range value.(Row) {
			f.inner.fields[i].appendArrow(b.FieldBuilder(i), inner)
		}
	default:
		panic(fmt.Sprintf("codec: no Arrow for %T", to)) // arrowType makes no other
	}
}

// unitsIn returns a decimal in units of its last digit.
func unitsIn(r *big.Rat, scale int) *big.Int {
	n := new(big.Int).Mul(r.Num(), pow10(scale))
	return n.Quo(n, r.Denom())
}

// decimal256Of returns units of a BIGNUMERIC in Arrow's form. FromBigInt panics on the least one, -2^255.
func decimal256Of(n *big.Int) decimal256.Num {
	if n.BitLen() > 255 {
		return decimal256.New(1<<63, 0, 0, 0)
	}
	return decimal256.FromBigInt(n)
}

// daysOf returns the days since 1970.
func daysOf(d civil.Date) int32 { return int32(d.DaysSince(civil.Date{Year: 1970, Month: 1, Day: 1})) }

// microsOf returns the microseconds since midnight.
func microsOf(t civil.Time) int64 {
	return int64(t.Hour*3600+t.Minute*60+t.Second)*1e6 + int64(t.Nanosecond/1000)
}

// instantOf returns the microseconds since 1970 of a TIMESTAMP, or of a DATETIME as if it were in UTC.
func instantOf(value sql.Value) int64 {
	if t, ok := value.(time.Time); ok {
		return t.UnixMicro()
	}
	return value.(civil.DateTime).In(time.UTC).UnixMicro()
}
