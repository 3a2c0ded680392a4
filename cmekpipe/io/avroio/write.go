package avroio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/linkedin/goavro/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// WriteOption changes how [Write] writes.
type WriteOption func(*writeOptions)

type writeOptions struct {
	shards   int
	numbered bool
	suffix   string
}

// WithSuffix ends the name of each file. Default: ".avro".
func WithSuffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.suffix = suffix }
}

// WithNumShards makes [Write] write n files, from 1 to 100,000, which takes a shuffle of the elements. Input that is
// windowed, unbounded or triggered needs it. Default: as many files as the runner made bundles, without a shuffle.
func WithNumShards(n int) WriteOption {
	return func(o *writeOptions) { o.shards, o.numbered = n, true }
}

// Write writes a PCollection<string>, each element JSON of the Avro schema, as Avro files under the prefix's key, in no
// particular order. The files are named PREFIX-SSSSS-of-NNNNN.avro: the shard's number, from 0 on, and how many there
// are. All of them appear together, when the input is complete. Empty input makes one file without a row, so that a run
// that found nothing can be told from none.
//
// An element that is not JSON of the schema, or has anything behind it, fails its bundle; no file with the rows before it
// comes into being. An element may leave out fields that have a default.
//
// With [WithNumShards] there are exactly that many files. Input that is windowed, unbounded or triggered needs it; each
// shard of each pane is then a file of its own that appears when the pane does, and a shard that gets no element of a pane
// is left out:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00003.avro
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements that
// are no strings, a schema that is none or a number of shards out of range (InvalidOptions), for names that become too
// long (InvalidName), and for input that needs WithNumShards or another window (Unsupported).
func Write(s beam.Scope, prefix cmekpipe.Object, schema string, col beam.PCollection, opts ...WriteOption) {
	call := shards.Builder{Op: "avroio.Write", Object: prefix, Sharded: "avroio.Write", NumShards: "avroio.WithNumShards"}
	call.CheckElements(col, func(t reflect.Type) (want, hint string) {
		if t != reflect.TypeFor[string]() {
			return "string", "format the elements as JSON of the schema first"
		}
		return "", ""
	})
	if _, err := goavro.NewCodec(schema); err != nil {
		call.Refuse("got a schema that is none: "+err.Error(), "use an Avro schema as JSON")
	}
	o := writeOptions{suffix: ".avro"}
	for _, opt := range opts {
		opt(&o)
	}
	if o.numbered {
		call.CheckShards(o.shards)
	}
	call.WriteSharded(s, col, o.shards, o.suffix, container{Schema: schema}.doFns)
}
