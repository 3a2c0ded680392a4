package spannerio

import (
	"reflect"

	"cloud.google.com/go/spanner"
)

// The limits of a batch. Spanner accepts 80,000 mutations in a commit, which are the values that it writes and those of
// indexes, and 100 MB. Source: https://docs.cloud.google.com/spanner/quotas#limits-for.
const (
	defaultRows = 1000
	maxCells    = 40_000
	maxBytes    = 8 << 20
)

// batch holds the rows of one commit.
type batch struct {
	rows  []*spanner.Mutation
	bytes int
}

// full reports whether a row of some size has no place in a batch that has rows.
func (b *batch) full(size, limit int) bool {
	return len(b.rows) > 0 && (len(b.rows) >= limit || b.bytes+size > maxBytes)
}

func (b *batch) add(m *spanner.Mutation, size int) {
	b.rows = append(b.rows, m)
	b.bytes += size
}

// The sizes that values have at most when they are sent, but for text and bytes.
const (
	scalarSize = 48 // a timestamp, a number as text, a numeric
	fieldSize  = 8  // tags and lengths around a value
)

// sizeOf returns an upper estimate of a row's bytes in a commit.
func sizeOf(row any) int { return measure(reflect.ValueOf(row), 8) }

// measure descends at most depth levels, as values that contain themselves can't be written.
func measure(v reflect.Value, depth int) int {
	if depth == 0 {
		return scalarSize
	}
	switch v.Kind() {
	case reflect.String:
		return v.Len() + fieldSize
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return fieldSize
		}
		return measure(v.Elem(), depth-1)
	case reflect.Slice, reflect.Array:
		return measureList(v, depth)
	case reflect.Map:
		size := fieldSize
		for iter := v.MapRange(); iter.Next(); {
			size += measure(iter.Key(), depth-1) + measure(iter.Value(), depth-1)
		}
		return size
	case reflect.Struct:
		size := scalarSize
		for i := range v.NumField() {
			size += measure(v.Field(i), depth-1)
		}
		return size
	}
	return scalarSize
}

func measureList(v reflect.Value, depth int) int {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return v.Len()*4/3 + fieldSize // in base64
	}
	size := fieldSize
	for i := range v.Len() {
		size += measure(v.Index(i), depth-1)
	}
	return size
}
