package sql

import "strings"

// Kind is the type of a column without its mode, in GoogleSQL's spelling.
type Kind string

// The kinds, with the Go type of their values.
const (
	Bool       Kind = "BOOL"       // bool
	Int64      Kind = "INT64"      // int64
	Float64    Kind = "FLOAT64"    // float64
	Numeric    Kind = "NUMERIC"    // *big.Rat
	BigNumeric Kind = "BIGNUMERIC" // *big.Rat
	String     Kind = "STRING"     // string
	Bytes      Kind = "BYTES"      // []byte
	Date       Kind = "DATE"       // civil.Date
	Time       Kind = "TIME"       // civil.Time
	DateTime   Kind = "DATETIME"   // civil.DateTime
	Timestamp  Kind = "TIMESTAMP"  // time.Time, in UTC
	Geography  Kind = "GEOGRAPHY"  // string, well-known text
	JSON       Kind = "JSON"       // string, JSON text
	Interval   Kind = "INTERVAL"   // string, canonical form
	Struct     Kind = "STRUCT"     // []Value
)

// null is the kind of the literal NULL, which is converted to every other kind.
const null Kind = ""

// Value is a value of a column: nil for NULL, else as its [Kind] says, and a []Value for an array.
type Value = any

// Type is a kind, whether it is an array of it, and what a struct holds.
type Type struct {
	Kind   Kind
	Array  bool
	Fields []Field // of a Struct
}

// Field is a column of a table or a field of a struct.
type Field struct {
	Name string
	Type Type
	// Required tells that the column holds no NULL.
	Required bool
}

// String returns the type as GoogleSQL writes it: "ARRAY<STRUCT<a INT64>>".
func (t Type) String() string {
	s := string(t.Kind)
	if t.Kind == null {
		s = "NULL"
	}
	if t.Kind == Struct {
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = strings.TrimSpace(f.Name + " " + f.Type.String())
		}
		s += "<" + strings.Join(parts, ", ") + ">"
	}
	if t.Array {
		s = "ARRAY<" + s + ">"
	}
	return s
}

func scalar(k Kind) Type { return Type{Kind: k} }

// is reports whether t is the scalar kind k.
func (t Type) is(k Kind) bool { return t.Kind == k && !t.Array }

// isNull reports whether t is the type of the literal NULL.
func (t Type) isNull() bool { return t.is(null) }

func (t Type) isNumeric() bool { return !t.Array && rank(t.Kind) > 0 }

// rank orders the numeric kinds by what they are widened to; 0 for others.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules.
func rank(k Kind) int {
	switch k {
	case Int64:
		return 1
	case Numeric:
		return 2
	case BigNumeric:
		return 3
	case Float64:
		return 4
	}
	return 0
}

// orderable reports whether values of the type can be compared by size.
func (t Type) orderable() bool {
	if t.Array {
		return false
	}
	switch t.Kind {
	case Geography, JSON, Interval, Struct:
		return false
	}
	return true
}
