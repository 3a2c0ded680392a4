package bigqueryio

import (
	"encoding/json"
	"math/big"
	"reflect"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
)

// refusal is why a row can't be written. It never holds a value of the row.
type refusal struct{ column, why string }

func (r *refusal) Error() string { return "column " + r.column + ": " + r.why }

// getter reads a value in one of the few forms that the encodings know. Values are addressable, so that structs are read
// in place. A refusal's column is filled in by the caller.
type getter struct {
	long   func(reflect.Value) (int64, *refusal)
	double func(reflect.Value) float64
	flag   func(reflect.Value) bool
	text   func(reflect.Value) (string, *refusal)
	bytes  func(reflect.Value) []byte
}

// getterOf returns how a Go type is written to a column of a type; false if it can't be.
func getterOf(t reflect.Type, typ bigquery.FieldType) (getter, bool) {
	if get, ok := structGetters()[pair{t, typ}]; ok {
		return get, true
	}
	isJSON := typ == bigquery.JSONFieldType && (t.Kind() == reflect.Map || t.Kind() == reflect.Struct ||
		t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct)
	switch {
	case isJSON:
		return getter{text: jsonText}, true
	case t == byteSlice():
		return getter{bytes: reflect.Value.Bytes}, typ == bigquery.BytesFieldType
	}
	switch t.Kind() {
	case reflect.String:
		return getter{text: text}, isText(typ)
	case reflect.Bool:
		return getter{flag: reflect.Value.Bool}, typ == bigquery.BooleanFieldType
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return getter{long: func(x reflect.Value) (int64, *refusal) { return x.Int(), nil }}, typ == bigquery.IntegerFieldType
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return getter{long: func(x reflect.Value) (int64, *refusal) { return int64(x.Uint()), nil }}, typ == bigquery.IntegerFieldType
	case reflect.Float32, reflect.Float64:
		return getter{double: reflect.Value.Float}, typ == bigquery.FloatFieldType
	}
	return getter{}, false
}

func isText(typ bigquery.FieldType) bool {
	return typ == bigquery.StringFieldType || typ == bigquery.GeographyFieldType || typ == bigquery.JSONFieldType
}

type pair struct {
	goType reflect.Type
	column bigquery.FieldType
}

// structGetters are the getters of struct types that stand for one value.
func structGetters() map[pair]getter {
	return map[pair]getter{
		{reflect.TypeFor[time.Time](), bigquery.TimestampFieldType}:     {long: micros},
		{reflect.TypeFor[civil.Date](), bigquery.DateFieldType}:         {long: days},
		{reflect.TypeFor[civil.Time](), bigquery.TimeFieldType}:         {text: clock},
		{reflect.TypeFor[civil.DateTime](), bigquery.DateTimeFieldType}: {text: dateTime},
		{reflect.TypeFor[*big.Rat](), bigquery.NumericFieldType}:        {text: decimal(38, 9)},
		{reflect.TypeFor[*big.Rat](), bigquery.BigNumericFieldType}:     {text: decimal(77, 38)},
		{reflect.TypeFor[*bigquery.IntervalValue](), bigquery.IntervalFieldType}: {text: func(x reflect.Value) (string, *refusal) {
			return at[*bigquery.IntervalValue](x).String(), nil
		}},
	}
}

// at reads an addressable value without a copy on the heap.
func at[T any](x reflect.Value) T { return *x.Addr().Interface().(*T) }

func text(x reflect.Value) (string, *refusal) {
	if s := x.String(); utf8.ValidString(s) {
		return s, nil
	}
	return "", &refusal{why: "got text that is not UTF-8"}
}

func jsonText(x reflect.Value) (string, *refusal) {
	data, err := json.Marshal(x.Interface())
	if err != nil {
		return "", &refusal{why: "got a value that has no JSON"}
	}
	return string(data), nil
}

// micros is a TIMESTAMP: microseconds since 1970 of a time from the year 1 to 9999.
func micros(x reflect.Value) (int64, *refusal) {
	t := at[time.Time](x)
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return 0, &refusal{why: "got a time outside the years 1 to 9999"}
	}
	return t.UnixMicro(), nil
}

// days is a DATE: days since 1970-01-01.
func days(x reflect.Value) (int64, *refusal) {
	d := at[civil.Date](x)
	if !d.IsValid() || d.Year < 1 || d.Year > 9999 {
		return 0, &refusal{why: "got no date of the years 1 to 9999"}
	}
	return d.In(time.UTC).Unix() / 86400, nil
}

// clock is a TIME, to the microsecond; fractions of one are cut off.
func clock(x reflect.Value) (string, *refusal) {
	t := at[civil.Time](x)
	if !t.IsValid() {
		return "", &refusal{why: "got no time of a day"}
	}
	t.Nanosecond -= t.Nanosecond % 1000
	return bigquery.CivilTimeString(t), nil
}

func dateTime(x reflect.Value) (string, *refusal) {
	d := at[civil.DateTime](x)
	if !d.IsValid() || d.Date.Year < 1 || d.Date.Year > 9999 {
		return "", &refusal{why: "got no date and time of the years 1 to 9999"}
	}
	d.Time.Nanosecond -= d.Time.Nanosecond % 1000
	return bigquery.CivilDateTimeString(d), nil
}

// decimal is a NUMERIC or BIGNUMERIC, rounded to the digits that it has after the point.
func decimal(precision, scale int) func(reflect.Value) (string, *refusal) {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision-scale)), nil)
	return func(x reflect.Value) (string, *refusal) {
		r := at[*big.Rat](x)
		s := r.FloatString(scale)
		whole := new(big.Int).Quo(r.Num(), r.Denom())
		if whole.CmpAbs(limit) >= 0 {
			return "", &refusal{why: "got a number of too many digits"}
		}
		return s, nil
	}
}

func isMany(t reflect.Type) bool {
	return t != byteSlice() && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array)
}

// nullOf tells when a value of a type is null, and whether the value is the first field of a struct that says so.
func nullOf(t reflect.Type) (null func(reflect.Value) bool, wrapped bool) {
	switch t {
	case reflect.TypeFor[bigquery.NullString](), reflect.TypeFor[bigquery.NullInt64](), reflect.TypeFor[bigquery.NullFloat64](),
		reflect.TypeFor[bigquery.NullBool](), reflect.TypeFor[bigquery.NullTimestamp](), reflect.TypeFor[bigquery.NullDate](),
		reflect.TypeFor[bigquery.NullTime](), reflect.TypeFor[bigquery.NullDateTime](), reflect.TypeFor[bigquery.NullGeography](),
		reflect.TypeFor[bigquery.NullJSON]():
		return func(x reflect.Value) bool { return !x.Field(1).Bool() }, true
	}
	if t == byteSlice() || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		return reflect.Value.IsNil, false
	}
	return nil, false
}

func byteSlice() reflect.Type { return reflect.TypeFor[[]byte]() }
