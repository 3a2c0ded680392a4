package bqrow

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
)

// Refusal tells why a row can't be written or read. It never contains a value of the row.
type Refusal struct {
	// Column is the path of the column, such as "owner.name", or "*" for the whole row.
	Column string
	// Why is the reason: "got null, want a value".
	Why string
}

// Error returns the column and the reason.
func (r *Refusal) Error() string { return "column " + r.Column + ": " + r.Why }

// in puts a column's name before that of a column in it.
func (r *Refusal) in(name string) *Refusal {
	if r.Column == "" {
		return &Refusal{name, r.Why}
	}
	return &Refusal{name + "." + r.Column, r.Why}
}

// getter reads a value in one of the few forms that the encodings know. Values are addressable, so that structs are read
// in place. The caller fills in a Refusal's column.
type getter struct {
	long   func(reflect.Value) (int64, *Refusal)
	double func(reflect.Value) float64
	flag   func(reflect.Value) bool
	text   func(reflect.Value) (string, *Refusal)
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
		return getter{long: func(x reflect.Value) (int64, *Refusal) { return x.Int(), nil }}, typ == bigquery.IntegerFieldType
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return getter{long: func(x reflect.Value) (int64, *Refusal) { return int64(x.Uint()), nil }}, typ == bigquery.IntegerFieldType
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

// structGetters are the getters of struct types that represent one value.
func structGetters() map[pair]getter {
	return map[pair]getter{
		{reflect.TypeFor[time.Time](), bigquery.TimestampFieldType}:     {long: micros},
		{reflect.TypeFor[civil.Date](), bigquery.DateFieldType}:         {long: days},
		{reflect.TypeFor[civil.Time](), bigquery.TimeFieldType}:         {text: clock},
		{reflect.TypeFor[civil.DateTime](), bigquery.DateTimeFieldType}: {text: dateTime},
		{reflect.TypeFor[*big.Rat](), bigquery.NumericFieldType}:        {text: numeric()},
		{reflect.TypeFor[*big.Rat](), bigquery.BigNumericFieldType}:     {text: bigNumeric()},
		{reflect.TypeFor[*bigquery.IntervalValue](), bigquery.IntervalFieldType}: {text: func(x reflect.Value) (string, *Refusal) {
			return at[*bigquery.IntervalValue](x).String(), nil
		}},
	}
}

// at reads an addressable value without allocating.
func at[T any](x reflect.Value) T { return *x.Addr().Interface().(*T) }

func text(x reflect.Value) (string, *Refusal) {
	if s := x.String(); utf8.ValidString(s) {
		return s, nil
	}
	return "", &Refusal{Why: "got text that is not UTF-8"}
}

func jsonText(x reflect.Value) (string, *Refusal) {
	data, err := json.Marshal(x.Interface())
	if err != nil {
		return "", &Refusal{Why: "got a value that can't be encoded as JSON"}
	}
	return string(data), nil
}

// micros is a TIMESTAMP: microseconds since 1970 of a time from the year 1 to 9999.
func micros(x reflect.Value) (int64, *Refusal) {
	t := at[time.Time](x)
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return 0, &Refusal{Why: "got a time outside the years 1 to 9999"}
	}
	return t.UnixMicro(), nil
}

// days is a DATE: days since 1970-01-01.
func days(x reflect.Value) (int64, *Refusal) {
	d := at[civil.Date](x)
	if !d.IsValid() || d.Year < 1 || d.Year > 9999 {
		return 0, &Refusal{Why: "got an invalid date, or one outside the years 1 to 9999"}
	}
	return d.In(time.UTC).Unix() / 86400, nil
}

// clock is a TIME, truncated to microseconds.
func clock(x reflect.Value) (string, *Refusal) {
	t := at[civil.Time](x)
	if !t.IsValid() {
		return "", &Refusal{Why: "got an invalid time of day"}
	}
	t.Nanosecond -= t.Nanosecond % 1000
	return bigquery.CivilTimeString(t), nil
}

func dateTime(x reflect.Value) (string, *Refusal) {
	d := at[civil.DateTime](x)
	if !d.IsValid() || d.Date.Year < 1 || d.Date.Year > 9999 {
		return "", &Refusal{Why: "got an invalid date and time, or one outside the years 1 to 9999"}
	}
	d.Time.Nanosecond -= d.Time.Nanosecond % 1000
	return bigquery.CivilDateTimeString(d), nil
}

// decimal is a NUMERIC or BIGNUMERIC, rounded to the digits that it has after the point and then compared with the bounds of
// its type. whole is how many digits the largest number has before the point.
func decimal(whole, scale int, smallest, largest *big.Int) func(reflect.Value) (string, *Refusal) {
	return func(x reflect.Value) (string, *Refusal) {
		s := at[*big.Rat](x).FloatString(scale)
		if len(s) < whole+len(".")+scale { // shorter than the largest number
			return s, nil
		}
		if n := unscaled(s); n.Cmp(smallest) < 0 || n.Cmp(largest) > 0 {
			return "", &Refusal{Why: "got a number outside the range of the column"}
		}
		return s, nil
	}
}

// numeric and bigNumeric have the bounds that BigQuery documents: 38 nines, and what 256 bits hold.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types.
func numeric() func(reflect.Value) (string, *Refusal) {
	largest := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	largest.Sub(largest, big.NewInt(1))
	return decimal(29, 9, new(big.Int).Neg(largest), largest)
}

func bigNumeric() func(reflect.Value) (string, *Refusal) {
	end := new(big.Int).Lsh(big.NewInt(1), 255)
	return decimal(39, 38, new(big.Int).Neg(end), new(big.Int).Sub(end, big.NewInt(1)))
}

// unscaled returns a text of big.Rat.FloatString without its point.
func unscaled(s string) *big.Int {
	n, _ := new(big.Int).SetString(strings.Replace(s, ".", "", 1), 10)
	return n
}

func isMany(t reflect.Type) bool {
	return t != byteSlice() && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array)
}

// nullOf returns how to test a value of a type for null, and whether the value is wrapped in a struct such as NullString.
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
