package spanner

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"cloud.google.com/go/spanner/spansql"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// The largest values. Source: https://docs.cloud.google.com/spanner/quotas#tables.
const (
	maxCharacters = 2_621_440
	maxBytes      = 10 << 20
	maxKey        = 8 << 10
)

// commitTimestamp is the placeholder for the time of the commit in a column that allows it.
const commitTimestamp = "spanner.commit_timestamp()"

// check refuses a value that a column can't store.
func (t *table) check(place int, v *structpb.Value) error {
	c := t.columns[place]
	if isNull(v) {
		if c.NotNull {
			return refuse.FailedPrecondition("%s must not be NULL in table %s.", c.Name, t.name)
		}
		return nil
	}
	if !c.Type.Array {
		return t.checkOne(c, v)
	}
	list, ok := v.GetKind().(*structpb.Value_ListValue)
	if !ok {
		return t.wrongType(c)
	}
	for _, item := range list.ListValue.GetValues() {
		if isNull(item) {
			continue
		}
		if err := t.checkOne(c, item); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) wrongType(c spansql.ColumnDef) error {
	return refuse.FailedPrecondition("Invalid value for column %s in table %s: Expected %s.", c.Name, t.name, c.Type.SQL())
}

func (t *table) checkOne(c spansql.ColumnDef, v *structpb.Value) error {
	scalar := c.Type
	scalar.Array = false
	if _, ok := encode(scalar, v); !ok && !isPlaceholder(c, v) {
		return t.wrongType(c)
	}
	size, limit := 0, int64(math.MaxInt64)
	switch c.Type.Base {
	case spansql.String:
		size, limit = utf8.RuneCountInString(v.GetStringValue()), min(c.Type.Len, maxCharacters)
	case spansql.Bytes:
		size, limit = base64.StdEncoding.DecodedLen(len(v.GetStringValue())), min(c.Type.Len, maxBytes)
		size -= strings.Count(v.GetStringValue(), "=")
	}
	if int64(size) > limit {
		return refuse.FailedPrecondition("New value exceeds the maximum size limit for this column in this database: %s.%s, size: %d, limit: %d.",
			t.name, c.Name, size, limit)
	}
	return nil
}

func isNull(v *structpb.Value) bool {
	_, null := v.GetKind().(*structpb.Value_NullValue)
	return null || v == nil
}

func isPlaceholder(c spansql.ColumnDef, v *structpb.Value) bool {
	return allowsCommitTimestamp(c) && v.GetStringValue() == commitTimestamp
}

func allowsCommitTimestamp(c spansql.ColumnDef) bool {
	return c.Type.Base == spansql.Timestamp && c.Options.AllowCommitTimestamp != nil && *c.Options.AllowCommitTimestamp
}

// orderable reports whether this package supports a column in a key.
func orderable(t spansql.Type) bool {
	switch t.Base {
	case spansql.Bool, spansql.Int64, spansql.Float64, spansql.String, spansql.Bytes, spansql.Date, spansql.Timestamp:
		return !t.Array
	}
	return false
}

// encode returns bytes that sort as the values of a type do, if the value has that type. It only checks the values of
// types without an order.
func encode(t spansql.Type, v *structpb.Value) (sortable string, ok bool) {
	_, isText := v.GetKind().(*structpb.Value_StringValue)
	s := v.GetStringValue()
	switch t.Base {
	case spansql.Bool:
		_, ok := v.GetKind().(*structpb.Value_BoolValue)
		return strconv.FormatBool(v.GetBoolValue()), ok
	case spansql.Float64:
		return encodeFloat(v)
	case spansql.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		return bigEndian(uint64(n) ^ 1<<63), isText && err == nil
	case spansql.String:
		return escape(s), isText && utf8.ValidString(s)
	case spansql.Bytes:
		data, err := base64.StdEncoding.DecodeString(s)
		return escape(string(data)), isText && err == nil
	case spansql.Date:
		_, err := time.Parse(time.DateOnly, s)
		return escape(s), isText && err == nil
	case spansql.Timestamp:
		at, err := time.Parse(time.RFC3339Nano, s)
		return bigEndian(uint64(at.Unix())^1<<63) + bigEndian(uint64(at.Nanosecond())), isText && err == nil
	case spansql.Numeric:
		_, ok := new(big.Rat).SetString(s)
		return "", isText && ok
	case spansql.JSON:
		return "", isText && json.Valid([]byte(s))
	}
	return "", false
}

func encodeFloat(v *structpb.Value) (string, bool) {
	f := v.GetNumberValue()
	if text, ok := v.GetKind().(*structpb.Value_StringValue); ok {
		switch text.StringValue {
		case "NaN":
			f = math.NaN()
		case "Infinity":
			f = math.Inf(1)
		case "-Infinity":
			f = math.Inf(-1)
		default:
			return "", false
		}
	} else if _, ok := v.GetKind().(*structpb.Value_NumberValue); !ok {
		return "", false
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		return bigEndian(^bits), true
	}
	return bigEndian(bits ^ 1<<63), true
}

func bigEndian(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

// escape terminates a text so that no text is a prefix of another one.
func escape(s string) string { return strings.ReplaceAll(s, "\x00", "\x00\xff") + "\x00\x01" }

// encodeKey returns the sortable form of the first values of a key. NULL comes first.
func (t *table) encodeKey(values []*structpb.Value) (string, error) {
	var all strings.Builder
	for i, v := range values {
		part := t.key[i]
		text := "\x00"
		if !isNull(v) {
			encoded, ok := encode(t.columns[part.column].Type, v)
			if !ok {
				return "", t.wrongType(t.columns[part.column])
			}
			text = "\x01" + encoded
		}
		if part.desc {
			text = inverted(text)
		}
		all.WriteString(text)
	}
	if all.Len() > maxKey {
		return "", refuse.InvalidArgument("Key in table %s has %d bytes, want at most %d", t.name, all.Len(), maxKey)
	}
	return all.String(), nil
}

func inverted(s string) string {
	out := []byte(s)
	for i := range out {
		out[i] = ^out[i]
	}
	return string(out)
}

// typeProto returns a column's type as the API has it.
func typeProto(t spansql.Type) *spannerpb.Type {
	if t.Array {
		t.Array = false
		return &spannerpb.Type{Code: spannerpb.TypeCode_ARRAY, ArrayElementType: typeProto(t)}
	}
	return &spannerpb.Type{Code: map[spansql.TypeBase]spannerpb.TypeCode{
		spansql.Bool: spannerpb.TypeCode_BOOL, spansql.Int64: spannerpb.TypeCode_INT64,
		spansql.Float64: spannerpb.TypeCode_FLOAT64, spansql.Numeric: spannerpb.TypeCode_NUMERIC,
		spansql.String: spannerpb.TypeCode_STRING, spansql.Bytes: spannerpb.TypeCode_BYTES,
		spansql.Date: spannerpb.TypeCode_DATE, spansql.Timestamp: spannerpb.TypeCode_TIMESTAMP,
		spansql.JSON: spannerpb.TypeCode_JSON,
	}[t.Base]}
}
