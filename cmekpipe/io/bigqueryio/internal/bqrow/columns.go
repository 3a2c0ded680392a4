package bqrow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cloud.google.com/go/bigquery"
)

// column describes how a field of a struct is written to a column.
type column struct {
	name     string
	typ      bigquery.FieldType
	repeated bool
	required bool
	index    []int  // of the field in the element
	tag      uint64 // of the field in protobuf

	null    func(reflect.Value) bool // nil if a value can't be null
	wrapped bool                     // a NullString or the like
	get     getter                   // of a value that is not null, or of one of many
	fields  []column                 // of a record
}

// columnsOf pairs the fields of a struct with the columns of a schema.
func columnsOf(t reflect.Type, schema bigquery.Schema) ([]column, error) {
	fields := fieldsOf(t)
	var columns []column
	for _, fs := range schema {
		i := slices.IndexFunc(fields, func(f field) bool { return strings.EqualFold(f.name, fs.Name) })
		if i < 0 {
			if fs.Required && !fs.Repeated {
				return nil, fmt.Errorf("got no field for the required column %s", fs.Name)
			}
			continue
		}
		c, err := newColumn(fs, fields[i])
		if err != nil {
			return nil, err
		}
		fields = slices.Delete(fields, i, i+1)
		columns = append(columns, c)
	}
	if len(fields) > 0 {
		return nil, fmt.Errorf("got no column for the field %s", fields[0].name)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("got no fields to write in %v", t)
	}
	number(columns)
	return columns, nil
}

func newColumn(fs *bigquery.FieldSchema, f field) (column, error) {
	c := column{name: fs.Name, typ: normalType(fs.Type), repeated: fs.Repeated,
		required: fs.Required && !fs.Repeated, index: f.index}
	t := f.typ
	if isMany(t) != c.repeated {
		return c, fmt.Errorf("got %v for column %s, which does not fit its mode", t, fs.Name)
	}
	if c.repeated {
		t = t.Elem()
	}
	c.null, c.wrapped = nullOf(t)
	if c.wrapped {
		t = t.Field(0).Type
	}
	if c.typ == bigquery.RecordFieldType {
		return c.record(t, fs.Schema)
	}
	var ok bool
	if c.get, ok = getterOf(t, c.typ); !ok {
		return c, fmt.Errorf("got %v for column %s of type %s", f.typ, fs.Name, fs.Type)
	}
	return c, nil
}

func (c column) record(t reflect.Type, schema bigquery.Schema) (_ column, err error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return c, fmt.Errorf("got %v for column %s, which is a record", t, c.name)
	}
	if c.fields, err = columnsOf(t, schema); err != nil {
		return c, fmt.Errorf("column %s: %w", c.name, err)
	}
	return c, nil
}

// of returns the column's field of a struct; false if it is in an embedded struct that is not there.
func (c *column) of(row reflect.Value) (reflect.Value, bool) {
	if len(c.index) == 1 {
		return row.Field(c.index[0]), true
	}
	field, err := row.FieldByIndexErr(c.index)
	return field, err == nil
}

// one returns the value to encode, or false for null.
func (c *column) one(x reflect.Value) (reflect.Value, bool) {
	if c.null != nil && c.null(x) {
		return x, false
	}
	if c.wrapped {
		return x.Field(0), true
	}
	return x, true
}

// normalType returns one name for each type, that of the client's constants.
func normalType(t bigquery.FieldType) bigquery.FieldType {
	switch t {
	case "BOOL":
		return bigquery.BooleanFieldType
	case "FLOAT64":
		return bigquery.FloatFieldType
	case "INT64":
		return bigquery.IntegerFieldType
	case "STRUCT":
		return bigquery.RecordFieldType
	case "DECIMAL":
		return bigquery.NumericFieldType
	case "BIGDECIMAL":
		return bigquery.BigNumericFieldType
	}
	return t
}
