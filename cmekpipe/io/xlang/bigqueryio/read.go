package bigqueryio

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// readConfig has all fields of Java's BigQueryDirectReadSchemaTransformConfiguration. The query is always null.
type readConfig struct {
	KMSKey         *string   `beam:"kms_key"`
	Query          *string   `beam:"query"`
	RowRestriction *string   `beam:"row_restriction"`
	SelectedFields *[]string `beam:"selected_fields"`
	TableSpec      *string   `beam:"table_spec"`
}

// Read returns the rows of a table, "PROJECT:DATASET.TABLE", as a PCollection of t, a struct type. Nothing is created.
//
// It panics with a [*cmekpipe.Error] when the pipeline is built: for an empty table name (InvalidName) and for a type that
// is not a struct (InvalidOptions).
func Read(s beam.Scope, table string, t reflect.Type, opts ...ReadOption) beam.PCollection {
	if table == "" {
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidName, Resource: "table", Hint: "use PROJECT:DATASET.TABLE",
			Err: errors.New("got an empty table name")})
	}
	if t == nil || t.Kind() != reflect.Struct {
		panic(&cmekpipe.Error{Op: opRead, Code: cmekpipe.InvalidOptions, Resource: table, Hint: "pass a struct type: reflect.TypeFor[Row]()",
			Err: fmt.Errorf("got row type %v, want a struct", t)})
	}
	var o readOptions
	for _, opt := range opts {
		opt.applyRead(&o)
	}
	config := readConfig{TableSpec: &table}
	if o.filter != "" {
		config.RowRestriction = &o.filter
	}
	if len(o.columns) > 0 {
		config.SelectedFields = &o.columns
	}
	const tag = "output"
	out := schema.Transform(s.Scope(opRead), config, prefix+"bigquery_storage_read:v1",
		schema.OutputType(tag, typex.New(t)), schema.ExpansionAddr(o.address))
	return out[tag]
}
