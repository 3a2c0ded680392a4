package avroio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// WriteOption changes how [Write] and [WriteSharded] write.
type WriteOption func(*writeOptions)

type writeOptions struct{ shards.Options }

// WithSuffix sets how the name of each file ends. Default: ".avro".
func WithSuffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.Suffix = suffix }
}

// WithNumShards sets the number of files, from 1 to 100,000, and adds a shuffle of the elements. Default: 1 for [Write];
// for [WriteSharded] as many as the runner made bundles, without a shuffle.
func WithNumShards(n int) WriteOption {
	return func(o *writeOptions) { o.SetNumShards(n) }
}

// WithTempFolder keeps temporary objects in a folder, such as key.Object("gs://bank-work/tmp"), encrypted with its key. The
// folder may be in another bucket in the same location. Use it if the bucket of the destination has a retention policy, a
// default hold or a long lifecycle, because temporary objects are deleted at the end. Default: next to the destination.
func WithTempFolder(folder cmekpipe.Object) WriteOption {
	return func(o *writeOptions) { o.SetTemp(folder) }
}

// Write writes a PCollection<string>, each element JSON of the Avro schema, to one Avro file encrypted with the prefix's
// key. As Beam's does, it names the file PREFIX-00000-of-00001.avro, and with [WithNumShards](n) it writes n files. The
// elements are in no particular order. Use [WriteSharded] to let the runner decide how many files there are.
//
// The files appear together, when the input is complete. Empty input writes files without a row, so that an empty result
// can be told from a run that did not happen. An element that is not JSON of the schema, or has anything after it, fails
// its bundle, and no file is created. An element may leave out fields that have a default.
//
// For windowed, unbounded or triggered input, each shard of each pane is a file of its own that appears when the pane
// does; a shard without an element in a pane is left out:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00001.avro
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements that
// are not strings, an invalid schema or a number of shards out of range (InvalidOptions), for names that end in a slash
// or become too long (InvalidName), and for unbounded input in the global window without a trigger (Unsupported).
func Write(s beam.Scope, prefix cmekpipe.Object, schema string, col beam.PCollection, opts ...WriteOption) {
	write(s, "avroio.Write", prefix, schema, col, shards.Options{Suffix: ".avro", NumShards: 1, Numbered: true}, opts)
}

// WriteSharded is [Write] to many files, PREFIX-SSSSS-of-NNNNN.avro: the shard's number, from 0, and the number of shards.
//
// Every worker writes what it has, without a shuffle: each bundle of elements becomes a file, so the runner decides how
// many files there are and how large. Empty input writes one file without a row. With [WithNumShards](n) there are
// exactly n files; windowed, unbounded or triggered input requires it.
//
// WriteSharded panics as Write does, and for input that requires WithNumShards (Unsupported).
func WriteSharded(s beam.Scope, prefix cmekpipe.Object, schema string, col beam.PCollection, opts ...WriteOption) {
	write(s, "avroio.WriteSharded", prefix, schema, col, shards.Options{Suffix: ".avro"}, opts)
}

func write(
	s beam.Scope, op string, prefix cmekpipe.Object, schema string, col beam.PCollection, defaults shards.Options, opts []WriteOption,
) {
	call := shards.Builder{Op: op, Object: prefix, Sharded: "avroio.WriteSharded", NumShards: "avroio.WithNumShards"}
	call.CheckElements(col, func(t reflect.Type) (want, hint string) {
		if t != reflect.TypeFor[string]() {
			return "string", "format the elements as JSON of the schema first"
		}
		return "", ""
	})
	if _, err := goavro.NewCodec(schema); err != nil {
		call.Refuse("got an invalid schema: "+err.Error(), "pass an Avro schema as JSON")
	}
	o := writeOptions{defaults}
	for _, opt := range opts {
		opt(&o)
	}
	call.WriteSharded(s, col, o.Options, container{Schema: schema}.doFns)
}
