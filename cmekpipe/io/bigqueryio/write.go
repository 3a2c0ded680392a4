package bigqueryio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

// Write writes a PCollection<T> to a BigQuery table encrypted with its key. T is a struct whose exported fields are the
// columns, named and typed as bigquery.InferSchema does, and is registered with Beam.
//
// Write reads the table's metadata before it writes a row. It creates a missing table with the key. It fails for a table
// that is encrypted with another key or with none of yours, for a key in the wrong location, and for a schema that the rows
// don't fit. Bounded input is then written exactly once, unbounded input at least once; see [WithExactlyOnce],
// [WithFileLoads], [WithAtLeastOnce] and [WithStreamingInserts]. All workers write, without a shuffle. Windows and panes are
// ignored.
//
// A row that BigQuery refuses fails the run; [WriteWithErrors] returns such rows.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero BigQueryTable (KeyMissing), for elements or
// options that can't be used (InvalidOptions), and for unbounded input with WithExactlyOnce or WithFileLoads (Unsupported).
func Write(s beam.Scope, table cmekpipe.BigQueryTable, col beam.PCollection, opts ...WriteOption) {
	build(s, table, col, opts, false)
}

// WriteWithErrors is [Write] that returns the rows that can't be written, as a PCollection<T>, instead of failing: rows that
// BigQuery refuses, that are too large for a request, or that contain a value outside its column's range. They are in the
// global window and keep their timestamps. [WithFileLoads] returns only the last two kinds; a row that BigQuery refuses in a
// file fails the run.
func WriteWithErrors(s beam.Scope, table cmekpipe.BigQueryTable, col beam.PCollection, opts ...WriteOption) beam.PCollection {
	return build(s, table, col, opts, true)
}

// writing is the common state of the steps of one Write.
type writing struct {
	writeOptions
	rows
	scope beam.Scope
	runs  beam.PCollection // the one run
}

func build(s beam.Scope, table cmekpipe.BigQueryTable, col beam.PCollection, opts []WriteOption, deadLetters bool) beam.PCollection {
	must0(checkWrite(table, col))
	o := collectOptions(opts)
	must0(o.check(table, pcollection.IsBounded(col)))
	t := col.Type().Type()
	types, err := bqrow.NewType(t, o.schema)
	if err != nil {
		panic(wrong(table, err.Error(), "change the element type, or set the schema: bigqueryio.WithSchema"))
	}
	schema, err := types.Schema().ToJSONFields()
	if err != nil {
		panic(wrong(table, err.Error(), "use another schema"))
	}
	w := writing{writeOptions: o, scope: s.Scope(opWrite),
		rows: rows{Table: table, Type: beam.EncodedType{T: t}, Schema: string(schema), DeadLetters: deadLetters,
			Unbounded: !pcollection.IsBounded(col)}}
	prepare := preparation{Table: table, Schema: w.Schema, Create: o.create, Partition: o.partition, Cluster: o.cluster}
	w.runs = beam.ParDo(w.scope, &prepareFn{preparation: prepare, Write: o.write, Staged: o.staged}, beam.Impulse(w.scope))
	return w.write(w.global(col))
}

// global puts rows into the global window, the only one that the end of a bundle can emit in.
func (w *writing) global(col beam.PCollection) beam.PCollection {
	strategy := col.WindowingStrategy()
	_, byDefault := strategy.Trigger.(*trigger.DefaultTrigger)
	if strategy.Fn.Kind == window.GlobalWindows && (byDefault || strategy.Trigger == nil) {
		return col
	}
	return beam.WindowInto(w.scope, window.NewGlobalWindows(), col)
}

// write adds the steps of the method and returns the refused rows.
func (w *writing) write(col beam.PCollection) beam.PCollection {
	run := beam.SideInput{Input: w.runs}
	streams := streamed{rows: w.rows}
	switch w.method {
	case exactlyOnce:
		written, refused := beam.ParDo2(w.scope, &pendingFn{streamed: streams}, col, run)
		beam.ParDo0(w.scope, &commitFn{Table: w.Table}, w.gather(written))
		return refused
	case fileLoads:
		files, refused := beam.ParDo2(w.scope, &fileFn{rows: w.rows, Temp: w.temp}, col, run)
		beam.ParDo0(w.scope, &loadFn{Table: w.Table, Temp: w.temp, Type: w.Type, Schema: w.Schema}, w.gather(files))
		return refused
	case streamingInserts:
		numbered := beam.ParDo(w.scope, &idFn{}, col)
		return beam.ParDo(w.scope, &insertFn{rows: w.rows}, beam.Reshuffle(w.scope, numbered), run)
	}
	return beam.ParDo(w.scope, &defaultFn{streamed: streams}, col, run)
}

// gather groups the outputs of the bundles with the run, so that there is a group even if there was no bundle.
func (w *writing) gather(keyed beam.PCollection) beam.PCollection {
	return beam.CoGroupByKey(w.scope, beam.AddFixedKey(w.scope, w.runs), keyed)
}
