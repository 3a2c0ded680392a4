package bqrow

import (
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/civil"
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

// isScalar reports whether a struct type represents one value of a column.
func isScalar(t reflect.Type) bool {
	_, isNull := nullOf(t)
	return isNull || t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[big.Rat]() ||
		t == reflect.TypeFor[civil.Date]() || t == reflect.TypeFor[civil.Time]() || t == reflect.TypeFor[civil.DateTime]() ||
		t == reflect.TypeFor[bigquery.IntervalValue]() || t == reflect.TypeFor[bigquery.RangeValue]()
}

// scalarReader returns how a column without parts is read into a Go type; nil if it can't be.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/storage#arrow_schema_details.
func scalarReader(t reflect.Type, column arrow.DataType) reader {
	switch c := column.(type) {
	case *arrow.StringType:
		return textReader(t)
	case *arrow.Int64Type:
		return intReader(t)
	case *arrow.Float64Type:
		return floatReader(t)
	case *arrow.BooleanType:
		return boolReader(t)
	case *arrow.BinaryType:
		if t == byteSlice() {
			return nullable(func(a *array.Binary, i int) []byte { return slices.Clone(a.Value(i)) })
		}
	case *arrow.Decimal128Type:
		if t == reflect.TypeFor[*big.Rat]() && isScale(c.Scale) {
			return nullable(func(a *array.Decimal128, i int) *big.Rat { return ratOf(a.Value(i).BigInt(), c.Scale) })
		}
	case *arrow.Decimal256Type:
		if t == reflect.TypeFor[*big.Rat]() && isScale(c.Scale) {
			return nullable(func(a *array.Decimal256, i int) *big.Rat { return ratOf(a.Value(i).BigInt(), c.Scale) })
		}
	case *arrow.Date32Type:
		return either(t, func(a *array.Date32, i int) civil.Date { return civil.DateOf(a.Value(i).ToTime()) },
			func(d civil.Date) bigquery.NullDate { return bigquery.NullDate{Date: d, Valid: true} })
	case *arrow.Time64Type:
		return either(t, func(a *array.Time64, i int) civil.Time { return civil.TimeOf(a.Value(i).ToTime(c.Unit)) },
			func(v civil.Time) bigquery.NullTime { return bigquery.NullTime{Time: v, Valid: true} })
	case *arrow.TimestampType:
		if c.TimeZone == "" {
			return either(t, func(a *array.Timestamp, i int) civil.DateTime { return civil.DateTimeOf(a.Value(i).ToTime(c.Unit)) },
				func(v civil.DateTime) bigquery.NullDateTime { return bigquery.NullDateTime{DateTime: v, Valid: true} })
		}
		return either(t, func(a *array.Timestamp, i int) time.Time { return a.Value(i).ToTime(c.Unit).UTC() },
			func(v time.Time) bigquery.NullTimestamp { return bigquery.NullTimestamp{Timestamp: v, Valid: true} })
	}
	return nil
}

// arrowColumn is the constraint for typed Arrow arrays.
type arrowColumn interface {
	comparable
	arrow.Array
}

// simple reads values that can't be NULL.
func simple[A arrowColumn](set func(a A, i int, field reflect.Value) *Refusal) reader {
	return func(values arrow.Array) (setter, bool) {
		a, ok := values.(A)
		return func(field reflect.Value, i int) *Refusal {
			if a.IsNull(i) {
				return &Refusal{Why: "got NULL for a field that can't hold it"}
			}
			return set(a, i, field)
		}, ok
	}
}

// nullable reads values into fields of type T, whose zero value stands for NULL.
func nullable[A arrowColumn, T any](get func(a A, i int) T) reader {
	return func(values arrow.Array) (setter, bool) {
		a, ok := values.(A)
		return func(field reflect.Value, i int) *Refusal {
			if !a.IsNull(i) {
				*field.Addr().Interface().(*T) = get(a, i)
			}
			return nil
		}, ok
	}
}

// either reads values into fields of type V, or of type N, which can hold NULL; nil if t is neither.
func either[A arrowColumn, V, N any](t reflect.Type, get func(a A, i int) V, wrap func(V) N) reader {
	switch t {
	case reflect.TypeFor[V]():
		return simple(func(a A, i int, field reflect.Value) *Refusal {
			*field.Addr().Interface().(*V) = get(a, i)
			return nil
		})
	case reflect.TypeFor[N]():
		return nullable(func(a A, i int) N { return wrap(get(a, i)) })
	}
	return nil
}

// textReader reads STRING, GEOGRAPHY and JSON. The text is copied, or it would keep the whole batch in memory.
func textReader(t reflect.Type) reader {
	get := func(a *array.String, i int) string { return strings.Clone(a.Value(i)) }
	switch t {
	case reflect.TypeFor[bigquery.NullString]():
		return nullable(func(a *array.String, i int) bigquery.NullString {
			return bigquery.NullString{StringVal: get(a, i), Valid: true}
		})
	case reflect.TypeFor[bigquery.NullGeography]():
		return nullable(func(a *array.String, i int) bigquery.NullGeography {
			return bigquery.NullGeography{GeographyVal: get(a, i), Valid: true}
		})
	case reflect.TypeFor[bigquery.NullJSON]():
		return nullable(func(a *array.String, i int) bigquery.NullJSON {
			return bigquery.NullJSON{JSONVal: get(a, i), Valid: true}
		})
	}
	if t.Kind() != reflect.String {
		return nil
	}
	return simple(func(a *array.String, i int, field reflect.Value) *Refusal {
		field.SetString(get(a, i))
		return nil
	})
}

func intReader(t reflect.Type) reader {
	if t == reflect.TypeFor[bigquery.NullInt64]() {
		return nullable(func(a *array.Int64, i int) bigquery.NullInt64 {
			return bigquery.NullInt64{Int64: a.Value(i), Valid: true}
		})
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return simple(func(a *array.Int64, i int, field reflect.Value) *Refusal {
			n := a.Value(i)
			if field.OverflowInt(n) {
				return &Refusal{Why: "got a number that is too large for the field"}
			}
			field.SetInt(n)
			return nil
		})
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return simple(func(a *array.Int64, i int, field reflect.Value) *Refusal {
			n := a.Value(i)
			if n < 0 || field.OverflowUint(uint64(n)) {
				return &Refusal{Why: "got a number that is negative or too large for the field"}
			}
			field.SetUint(uint64(n))
			return nil
		})
	}
	return nil
}

func floatReader(t reflect.Type) reader {
	if t == reflect.TypeFor[bigquery.NullFloat64]() {
		return nullable(func(a *array.Float64, i int) bigquery.NullFloat64 {
			return bigquery.NullFloat64{Float64: a.Value(i), Valid: true}
		})
	}
	if t.Kind() != reflect.Float32 && t.Kind() != reflect.Float64 {
		return nil
	}
	return simple(func(a *array.Float64, i int, field reflect.Value) *Refusal {
		x := a.Value(i)
		if field.OverflowFloat(x) {
			return &Refusal{Why: "got a number that is too large for the field"}
		}
		field.SetFloat(x)
		return nil
	})
}

func boolReader(t reflect.Type) reader {
	if t == reflect.TypeFor[bigquery.NullBool]() {
		return nullable(func(a *array.Boolean, i int) bigquery.NullBool {
			return bigquery.NullBool{Bool: a.Value(i), Valid: true}
		})
	}
	if t.Kind() != reflect.Bool {
		return nil
	}
	return simple(func(a *array.Boolean, i int, field reflect.Value) *Refusal {
		field.SetBool(a.Value(i))
		return nil
	})
}

// isScale reports whether a decimal can have so many digits after the point.
func isScale(digits int32) bool { return digits >= 0 && digits <= 76 }

// ratOf returns a decimal with a number of digits after the point.
func ratOf(unscaled *big.Int, digits int32) *big.Rat {
	return new(big.Rat).SetFrac(unscaled, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
}
