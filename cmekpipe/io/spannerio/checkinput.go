package spannerio

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"cloud.google.com/go/spanner"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// tableForm is a table's name, with the schema that it is in or without. Source:
// https://docs.cloud.google.com/spanner/docs/reference/standard-sql/lexical#identifiers.
var tableForm = regexp.MustCompile(`^([A-Za-z_]\w{0,127}\.)?[A-Za-z_]\w{0,127}$`)

// checkInput refuses what can't be written, and returns the number of columns of a row.
func checkInput(db cmekpipe.SpannerDatabase, table string, col beam.PCollection) (columns int, err error) {
	name := db.String()
	switch {
	case !db.Valid():
		return 0, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: `create it from a key: key.SpannerDatabase("projects/PROJECT/instances/INSTANCE/databases/DATABASE")`,
			Err:  errors.New("got the zero SpannerDatabase, want one created from a key")}
	case !tableForm.MatchString(table):
		return 0, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidName, Resource: table,
			Hint: "use letters, digits and underscores, optionally after a schema and a dot",
			Err:  errors.New("got a malformed table name")}
	case !col.IsValid():
		return 0, invalid(opWrite, name, "got the zero PCollection", "pass a collection that a transform returned")
	case typex.IsKV(col.Type()) || typex.IsCoGBK(col.Type()):
		return 0, invalid(opWrite, name, fmt.Sprintf("got a PCollection of %v, want one of structs", col.Type()), "make a struct of each pair first")
	}
	return checkRow(name, table, col.Type().Type())
}

// checkRow encodes a row of zeros, so that unsupported types are refused before the pipeline runs.
func checkRow(name, table string, t reflect.Type) (columns int, err error) {
	if t.Kind() != reflect.Struct {
		return 0, invalid(opWrite, name, fmt.Sprintf("got a PCollection of %v, want one of structs", t), "make a struct of each element first")
	}
	if _, err := spanner.InsertOrUpdateStruct(table, reflect.Zero(t).Interface()); err != nil {
		return 0, invalid(opWrite, name, fmt.Sprintf("got rows of %v, which is not a row: %v", t, err), "see the field tags of cloud.google.com/go/spanner")
	}
	seen := map[string]bool{}
	for _, field := range reflect.VisibleFields(t) {
		if !field.IsExported() || field.Anonymous || field.Tag.Get("spanner") == "-" {
			continue
		}
		columns++
		column := strings.ToLower(cmp.Or(field.Tag.Get("spanner"), field.Name))
		if seen[column] {
			return 0, invalid(opWrite, name, fmt.Sprintf("got column %s of %v twice", column, t), "see the field tags of cloud.google.com/go/spanner")
		}
		seen[column] = true
		zero := reflect.Zero(field.Type).Interface()
		if _, err := spanner.NewRow([]string{field.Name}, []any{zero}); err != nil {
			return 0, invalid(opWrite, name, fmt.Sprintf("got field %s of %v, whose type %v Spanner does not support", field.Name, t, field.Type),
				"use a type that cloud.google.com/go/spanner names")
		}
	}
	if columns == 0 {
		return 0, invalid(opWrite, name, fmt.Sprintf("got rows of %v, which has no exported field", t), "export the fields that are columns")
	}
	return columns, nil
}
