package codec

import (
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// Row holds the values of columns in their order.
type Row = []sql.Value

// Shape is a list of columns, prepared for conversions. Use [NewShape].
type Shape struct {
	fields []field
	index  map[string]int // by name, and by name in lower case
}

type field struct {
	sql.Field
	path  string // how errors name it: "outer.inner"
	inner *Shape // of a struct
}

// NewShape prepares columns.
func NewShape(columns []sql.Field) *Shape { return newShape(columns, "") }

func newShape(columns []sql.Field, prefix string) *Shape {
	s := &Shape{fields: make([]field, len(columns)), index: make(map[string]int, 2*len(columns))}
	for i, c := range columns {
		f := field{Field: c, path: prefix + c.Name}
		if c.Type.Kind == sql.Struct {
			f.inner = newShape(c.Type.Fields, f.path+".")
		}
		s.fields[i] = f
		s.index[c.Name] = i
		s.index[strings.ToLower(c.Name)] = i
	}
	return s
}

// find returns the position of a column; names do not differ by case.
func (s *Shape) find(name []byte) (int, bool) {
	if i, ok := s.index[string(name)]; ok {
		return i, true
	}
	i, ok := s.index[strings.ToLower(string(name))]
	return i, ok
}

// complete gives empty arrays to columns without a value and refuses a row that lacks a required one.
func (s *Shape) complete(row Row) error {
	for i := range s.fields {
		f := &s.fields[i]
		if row[i] != nil {
			continue
		}
		if f.Type.Array {
			row[i] = []sql.Value{}
		} else if f.Required {
			return &FieldError{f.path, "Missing required field: " + f.path + "."}
		}
	}
	return nil
}

// FieldError says what is wrong with a value, as BigQuery says it of a row.
type FieldError struct{ Path, Message string }

// Error returns the message.
func (e *FieldError) Error() string { return e.Message }

func (f *field) bad(want, value string) error {
	return &FieldError{f.path, "Cannot convert value to " + want + " (bad value): " + value}
}
