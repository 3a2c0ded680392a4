package codec

import (
	"math"
	"math/big"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/civil"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// fits reports whether BigQuery accepts a protobuf type for a column. Source:
// https://docs.cloud.google.com/bigquery/docs/supported-data-types. Wrapper messages are not accepted.
func fits(kind sql.Kind, typ descriptorpb.FieldDescriptorProto_Type) bool {
	integer, floating := isInteger(typ), isFloating(typ)
	text := typ == descriptorpb.FieldDescriptorProto_TYPE_STRING
	raw := typ == descriptorpb.FieldDescriptorProto_TYPE_BYTES
	enum := typ == descriptorpb.FieldDescriptorProto_TYPE_ENUM
	switch kind {
	case sql.Bool:
		return integer || typ == descriptorpb.FieldDescriptorProto_TYPE_BOOL
	case sql.Int64:
		return integer || enum
	case sql.Float64:
		return floating || integer
	case sql.Numeric, sql.BigNumeric:
		return integer || floating || text || raw
	case sql.String, sql.Geography, sql.JSON:
		return text
	case sql.Bytes:
		return raw || text
	case sql.Date, sql.Time, sql.DateTime, sql.Timestamp:
		return integer || text
	}
	return false
}

func isInteger(typ descriptorpb.FieldDescriptorProto_Type) bool {
	switch typ {
	case descriptorpb.FieldDescriptorProto_TYPE_INT32, descriptorpb.FieldDescriptorProto_TYPE_INT64,
		descriptorpb.FieldDescriptorProto_TYPE_UINT32, descriptorpb.FieldDescriptorProto_TYPE_UINT64,
		descriptorpb.FieldDescriptorProto_TYPE_SINT32, descriptorpb.FieldDescriptorProto_TYPE_SINT64,
		descriptorpb.FieldDescriptorProto_TYPE_FIXED32, descriptorpb.FieldDescriptorProto_TYPE_FIXED64,
		descriptorpb.FieldDescriptorProto_TYPE_SFIXED32, descriptorpb.FieldDescriptorProto_TYPE_SFIXED64:
		return true
	}
	return false
}

func isFloating(typ descriptorpb.FieldDescriptorProto_Type) bool {
	return typ == descriptorpb.FieldDescriptorProto_TYPE_DOUBLE || typ == descriptorpb.FieldDescriptorProto_TYPE_FLOAT
}

// wire is how values of the field are encoded, one by one.
func (f *protoField) wire() protowire.Type {
	switch f.typ {
	case descriptorpb.FieldDescriptorProto_TYPE_DOUBLE, descriptorpb.FieldDescriptorProto_TYPE_FIXED64,
		descriptorpb.FieldDescriptorProto_TYPE_SFIXED64:
		return protowire.Fixed64Type
	case descriptorpb.FieldDescriptorProto_TYPE_FLOAT, descriptorpb.FieldDescriptorProto_TYPE_FIXED32,
		descriptorpb.FieldDescriptorProto_TYPE_SFIXED32:
		return protowire.Fixed32Type
	case descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_BYTES,
		descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
		return protowire.BytesType
	}
	return protowire.VarintType
}

// convert makes a column's value of a number or a text, whichever the field has.
func (f *protoField) convert(number uint64, text []byte) (sql.Value, bool) {
	switch {
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_STRING:
		return f.ofText(text)
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_BYTES && f.Type.Kind == sql.Bytes:
		return append([]byte{}, text...), true
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_BYTES:
		return decimalOf(f.Type.Kind, text)
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_DOUBLE:
		return f.ofFloat(math.Float64frombits(number))
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_FLOAT:
		return f.ofFloat(float64(math.Float32frombits(uint32(number))))
	case f.typ == descriptorpb.FieldDescriptorProto_TYPE_UINT64 || f.typ == descriptorpb.FieldDescriptorProto_TYPE_FIXED64:
		if number > math.MaxInt64 {
			return nil, false
		}
	}
	return f.ofInteger(f.signed(number))
}

// signed is the number that the bits stand for.
func (f *protoField) signed(number uint64) int64 {
	switch f.typ {
	case descriptorpb.FieldDescriptorProto_TYPE_SINT32, descriptorpb.FieldDescriptorProto_TYPE_SINT64:
		return protowire.DecodeZigZag(number)
	case descriptorpb.FieldDescriptorProto_TYPE_INT32, descriptorpb.FieldDescriptorProto_TYPE_SFIXED32,
		descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		return int64(int32(number))
	}
	return int64(number)
}

func (f *protoField) ofText(text []byte) (sql.Value, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	if f.Type.Kind == sql.Bytes {
		return append([]byte{}, text...), true
	}
	return parse(f.Type.Kind, string(text))
}

func (f *protoField) ofFloat(x float64) (sql.Value, bool) {
	if f.Type.Kind == sql.Float64 {
		return x, true
	}
	r := new(big.Rat).SetFloat64(x)
	if r == nil {
		return nil, false
	}
	return roundDecimal(f.Type.Kind, r)
}

func (f *protoField) ofInteger(n int64) (sql.Value, bool) {
	switch f.Type.Kind {
	case sql.Int64:
		return n, true
	case sql.Bool:
		return n != 0, true
	case sql.Float64:
		return float64(n), true
	case sql.Numeric, sql.BigNumeric:
		return new(big.Rat).SetInt64(n), true
	case sql.Date:
		t := time.Unix(0, 0).UTC().AddDate(0, 0, int(n))
		return civil.DateOf(t), n > -800_000 && n < 3_000_000 && inRange(t)
	case sql.Timestamp:
		t := time.UnixMicro(n).UTC()
		return t, inRange(t)
	case sql.Time:
		return packedTime(n)
	case sql.DateTime:
		return packedDateTime(n)
	}
	return nil, false
}

// packedTime decodes a time of day from the bits of Google's CivilTimeEncoder: hour, minute, second and microsecond.
func packedTime(n int64) (sql.Value, bool) {
	t := civil.Time{
		Hour: int(n >> 32), Minute: int(n >> 26 & 0x3f), Second: int(n >> 20 & 0x3f), Nanosecond: int(n&0xfffff) * 1000,
	}
	return t, n >= 0 && t.IsValid()
}

// packedDateTime decodes a date and a time of day; year, month and day are in the bits above those of the time.
func packedDateTime(n int64) (sql.Value, bool) {
	t, ok := packedTime(n & (1<<37 - 1))
	if !ok || n < 0 {
		return nil, false
	}
	d := civil.Date{Year: int(n >> 46), Month: time.Month(n >> 42 & 0xf), Day: int(n >> 37 & 0x1f)}
	return civil.DateTime{Date: d, Time: t.(civil.Time)}, d.IsValid() && d.Year >= 1 && d.Year <= 9999
}

// decimalOf decodes a decimal from its units, in two's complement with the lowest byte first.
func decimalOf(kind sql.Kind, data []byte) (sql.Value, bool) {
	bigEndian := make([]byte, len(data))
	for i, b := range data {
		bigEndian[len(data)-1-i] = b
	}
	return unitsOf(kind, bigEndian)
}

// unitsOf decodes a decimal from its units, in two's complement with the highest byte first.
func unitsOf(kind sql.Kind, data []byte) (sql.Value, bool) {
	scale := numericScale
	if kind == sql.BigNumeric {
		scale = bigNumericScale
	}
	return roundDecimal(kind, new(big.Rat).SetFrac(twosComplement(data), pow10(scale)))
}

func twosComplement(data []byte) *big.Int {
	n := new(big.Int).SetBytes(data)
	if len(data) > 0 && data[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(data))))
	}
	return n
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
