package bigqueryio

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cloud.google.com/go/bigquery"
)

// rowType is what workers must know to encode elements. It travels as JSON, and its columns are found anew.
type rowType struct {
	schema  bigquery.Schema
	columns []column
}

// newRowType finds the schema of a struct type, unless one is given, and how the type is written to it.
func newRowType(t reflect.Type, given bigquery.Schema) (rowType, error) {
	if t.Kind() != reflect.Struct {
		return rowType{}, fmt.Errorf("got elements of %v, want a struct", t)
	}
	inferred, err := bigquery.InferSchema(reflect.Zero(t).Interface())
	if err != nil {
		return rowType{}, err
	}
	schema := given
	if schema == nil {
		schema = inferred
	}
	if err := checkTypes(schema); err != nil {
		return rowType{}, err
	}
	columns, err := columnsOf(t, schema)
	return rowType{schema, columns}, err
}

// checkTypes refuses columns that no element can be written to.
func checkTypes(schema bigquery.Schema) error {
	for _, f := range schema {
		if f.Type == bigquery.RangeFieldType {
			return fmt.Errorf("got column %s of type RANGE, which is not supported", f.Name)
		}
		if err := checkTypes(f.Schema); err != nil {
			return err
		}
	}
	return nil
}

// fit says why rows of a schema can't be written to a table of another; nil if they can. Errors name columns only.
func fit(rows, table bigquery.Schema, at string) error {
	for _, want := range table {
		if want.Required && !want.Repeated && lookup(rows, want.Name) == nil {
			return fmt.Errorf("the table requires column %s, which the rows don't have", at+want.Name)
		}
	}
	for _, have := range rows {
		want := lookup(table, have.Name)
		if want == nil {
			return fmt.Errorf("the table has no column %s", at+have.Name)
		}
		if err := fitColumn(have, want, at); err != nil {
			return err
		}
	}
	return nil
}

func fitColumn(have, want *bigquery.FieldSchema, at string) error {
	switch {
	case normalType(have.Type) != normalType(want.Type):
		return fmt.Errorf("column %s is %s, want it as the table has it, %s", at+have.Name, have.Type, want.Type)
	case have.Repeated != want.Repeated, want.Required && !want.Repeated && !have.Required:
		return fmt.Errorf("column %s is %s, want it as the table has it, %s", at+have.Name, mode(have), mode(want))
	}
	return fit(have.Schema, want.Schema, at+have.Name+".")
}

func mode(f *bigquery.FieldSchema) string {
	switch {
	case f.Repeated:
		return "REPEATED"
	case f.Required:
		return "REQUIRED"
	}
	return "NULLABLE"
}

// lookup finds a column for a name, whose case does not count.
func lookup(schema bigquery.Schema, name string) *bigquery.FieldSchema {
	i := slices.IndexFunc(schema, func(f *bigquery.FieldSchema) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return nil
	}
	return schema[i]
}
