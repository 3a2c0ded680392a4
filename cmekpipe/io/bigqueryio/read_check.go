package bigqueryio

import (
	"errors"
	"fmt"
	"reflect"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
)

// maxReadStreams is the most streams that a session has.
// Source: field max_stream_count of the Storage Read API.
const maxReadStreams = 1000

func fail(op string, code cmekpipe.Code, resource, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: hint, Err: errors.New(got)}
}

func invalid(op, resource, got, hint string) *cmekpipe.Error {
	return fail(op, cmekpipe.InvalidOptions, resource, got, hint)
}

func checkProject(op, project string) error {
	if project == "" {
		return fail(op, cmekpipe.InvalidName, "project", "got no project", "name the project that pays for reading")
	}
	return nil
}

// checkReadType refuses a type that no row can be read into.
func checkReadType(op, resource string, t reflect.Type) error {
	if t == nil || t.Kind() != reflect.Struct {
		return invalid(op, resource, fmt.Sprintf("got the type %v, want a struct", t),
			"name the columns by the fields of a struct: reflect.TypeFor[T]()")
	}
	key, named := runtime.TypeKey(t)
	if _, known := runtime.LookupType(key); !named || !known {
		return invalid(op, resource, fmt.Sprintf("got the type %v, which Beam can't find on workers", t),
			"declare it in a package and call beam.RegisterType for it in init")
	}
	if _, err := bigquery.InferSchema(reflect.Zero(t).Interface()); err != nil {
		return invalid(op, resource, "got the type "+t.String()+": "+err.Error(), "use field types that BigQuery's client knows")
	}
	if len(bqrow.FieldNames(t)) == 0 {
		return invalid(op, resource, fmt.Sprintf("got the type %v without exported fields", t), "name the columns to read by fields")
	}
	return nil
}
