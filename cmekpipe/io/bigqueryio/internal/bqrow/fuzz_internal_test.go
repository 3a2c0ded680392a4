package bqrow

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"cloud.google.com/go/bigquery"
)

// FuzzNewType makes structs of two fields with any tags.
func FuzzNewType(f *testing.F) {
	types := []reflect.Type{reflect.TypeFor[int64](), reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[*inner](),
		reflect.TypeFor[[]inner](), reflect.TypeFor[bigquery.NullString](), reflect.TypeFor[time.Time](), reflect.TypeFor[func()](),
		reflect.TypeFor[map[string]int]()}
	for i := range types {
		f.Add("", "b", uint8(i), uint8(i+1))
		f.Add("a", "A", uint8(i), uint8(i))
		f.Add("-", "a,nullable", uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, a, b string, i, j uint8) {
		tag := func(s string) reflect.StructTag { return reflect.StructTag("bigquery:" + strconv.Quote(s)) }
		row := reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: types[int(i)%len(types)], Tag: tag(a)}, {Name: "B", Type: types[int(j)%len(types)], Tag: tag(b)},
		})
		inferred, clientErr := bigquery.InferSchema(reflect.Zero(row).Interface())
		if clientErr == nil && len(inferred) != len(fieldsOf(row)) {
			t.Errorf("%v: got %d fields, the client has %d", row, len(fieldsOf(row)), len(inferred))
		}
		got, err := NewType(row, nil)
		if err != nil {
			return
		}
		if clientErr != nil || len(got.columns) != len(inferred) {
			t.Errorf("%v: got %d columns, the client %d, error %v", row, len(got.columns), len(inferred), clientErr)
		}
		_, _ = got.AppendProto(nil, reflect.New(row).Elem())
		_, _ = got.AppendAvro(nil, reflect.New(row).Elem())
		got.Descriptor("Row")
	})
}
