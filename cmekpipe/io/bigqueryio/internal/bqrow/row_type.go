package bqrow

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cloud.google.com/go/bigquery"
)

// Type pairs the fields of a struct type with the columns of a schema.
type Type struct {
	schema  bigquery.Schema
	columns []column
}

// Schema returns the schema that rows are written with.
func (t Type) Schema() bigquery.Schema { return t.schema }

// NewType returns how a struct type is written to a schema, by default to that which bigquery.InferSchema finds for it.
func NewType(t reflect.Type, given bigquery.Schema) (Type, error) {
	if t.Kind() != reflect.Struct {
		return Type{}, fmt.Errorf("got elements of %v, want a struct", t)
	}
	inferred, err := bigquery.InferSchema(reflect.Zero(t).Interface())
	if err != nil {
		return Type{}, err
	}
	schema := given
	if schema == nil {
		schema = inferred
	}
	if err := checkTypes(schema); err != nil {
		return Type{}, err
	}
	columns, err := columnsOf(t, schema)
	return Type{schema, columns}, err
}

// checkTypes refuses columns of types that can't be written.
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

// Fit returns why rows of one schema can't be written to a table of another, or nil if they can. Errors name columns only.
func Fit(rows, table bigquery.Schema) error { return fit(rows, table, "") }

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
		return fmt.Errorf("column %s is %s, want %s as in the table", at+have.Name, have.Type, want.Type)
	case have.Repeated != want.Repeated, want.Required && !want.Repeated && !have.Required:
		return fmt.Errorf("column %s is %s, want %s as in the table", at+have.Name, mode(have), mode(want))
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

// lookup finds a column by its name, ignoring case.
func lookup(schema bigquery.Schema, name string) *bigquery.FieldSchema {
	i := slices.IndexFunc(schema, func(f *bigquery.FieldSchema) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return nil
	}
	return schema[i]
}
