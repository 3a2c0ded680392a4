package bigqueryio

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const opWrite = "bigqueryio.Write"

// checkWrite refuses what can't be written at all.
func checkWrite(table cmekpipe.BigQueryTable, col beam.PCollection) error {
	if !table.Valid() {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: "destination",
			Hint: "create it from a key: key.BigQueryTable(\"PROJECT.DATASET.TABLE\")",
			Err:  errors.New("got the zero BigQueryTable, want one created from a key")}
	}
	if !col.IsValid() {
		return wrong(table, "got the zero PCollection", "pass a collection that a transform returned")
	}
	return checkElement(table, col.Type().Type())
}

func checkElement(table cmekpipe.BigQueryTable, t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return wrong(table, fmt.Sprintf("got a PCollection of %v, want one of structs", t),
			"make each row a struct with exported fields")
	}
	key, named := runtime.TypeKey(t)
	if _, known := runtime.LookupType(key); !named || !known {
		return wrong(table, fmt.Sprintf("got the type %v, which Beam can't find on workers", t),
			"declare it in a package and call beam.RegisterType for it in init")
	}
	return nil
}

// check refuses options that contradict each other or the input.
func (o *writeOptions) check(table cmekpipe.BigQueryTable, bounded bool) error {
	if o.method == "" {
		o.method = atLeastOnce
		if bounded {
			o.method = exactlyOnce
		}
	}
	whole := o.method == exactlyOnce || o.method == fileLoads
	switch {
	case whole && !bounded:
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unsupported, Resource: table.String(),
			Hint: "use bigqueryio.WithAtLeastOnce",
			Err:  fmt.Errorf("got unbounded input for %s, which shows nothing before its input ends", o.method)}
	case o.create != bigquery.CreateIfNeeded && o.create != bigquery.CreateNever:
		return wrong(table, "got an unknown create disposition", "use bigquery.CreateIfNeeded or bigquery.CreateNever")
	case o.write != bigquery.WriteAppend && o.write != bigquery.WriteTruncate && o.write != bigquery.WriteEmpty:
		return wrong(table, "got an unknown write disposition",
			"use bigquery.WriteAppend, bigquery.WriteTruncate or bigquery.WriteEmpty")
	case o.staged && o.method != exactlyOnce:
		return wrong(table, fmt.Sprintf("got bigqueryio.WithTemporaryTable with %s", o.method), "use it with bigqueryio.WithExactlyOnce only")
	case o.write != bigquery.WriteAppend && !whole:
		return wrong(table, fmt.Sprintf("got %s with %s, which can't do it in one step", o.write, o.method),
			"use bigqueryio.WithExactlyOnce or bigqueryio.WithFileLoads")
	case len(o.cluster) > 4:
		return wrong(table, fmt.Sprintf("got %d columns to cluster by", len(o.cluster)), "use 4 at most")
	}
	return o.checkTemp(table)
}

// checkTemp refuses temporary files that a load job would not find.
func (o *writeOptions) checkTemp(table cmekpipe.BigQueryTable) error {
	switch {
	case o.method != fileLoads:
		return nil
	case !o.temp.Valid():
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: table.String(),
			Hint: "create it from a key: key.Object(\"gs://BUCKET/PREFIX\")",
			Err:  errors.New("got the zero Object for temporary files, want one created from a key")}
	case strings.Contains(o.temp.Name(), "*") || strings.Contains(o.temp.Name(), "//"):
		return wrong(table, "got * or // in the prefix of temporary files, which load jobs treat as wildcards or folders",
			"use another prefix")
	}
	return nil
}

func wrong(table cmekpipe.BigQueryTable, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: table.String(), Hint: hint, Err: errors.New(got)}
}

func must[T any](v T, err error) T {
	must0(err)
	return v
}

func must0(err error) {
	if err != nil {
		panic(err)
	}
}
