package parquetio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

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

// WithSuffix ends the name of each file. Default: ".parquet".
func WithSuffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.suffix = suffix }
}

// WithNumShards makes [Write] write n files, from 1 to 100,000, which takes a shuffle of the elements. Input that is
// windowed, unbounded or triggered needs it. Default: as many files as the runner made bundles, without a shuffle.
func WithNumShards(n int) WriteOption {
	return func(o *writeOptions) { o.shards, o.numbered = n, true }
}

// Write writes a PCollection<T>, T a struct with parquet tags, as Parquet files under the prefix's key, in no particular
// order. Fields without a tag are left out. The files are named PREFIX-SSSSS-of-NNNNN.parquet: the shard's number, from 0
// on, and how many there are. All of them appear together, when the input is complete. Empty input makes one file without
// a row, so that a run that found nothing can be told from none.
//
// A row that its tags don't fit, such as one with 11 bytes in a field of length=12, fails its bundle; no file with the
// rows before it comes into being.
//
// With [WithNumShards] there are exactly that many files. Input that is windowed, unbounded or triggered needs it; each
// shard of each pane is then a file of its own that appears when the pane does, and a shard that gets no element of a pane
// is left out:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00003.parquet
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements that
// are no struct with tags, tags that are none or that something of a row would be lost by, a number of shards out of
// range (InvalidOptions, with the field's name), for names that become too long (InvalidName), and for input that needs
// WithNumShards or another window (Unsupported).
func Write(s beam.Scope, prefix cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call := shards.Builder{Op: "parquetio.Write", Object: prefix, Sharded: "parquetio.Write", NumShards: "parquetio.WithNumShards"}
	call.CheckElements(col, func(t reflect.Type) (want, hint string) {
		if t.Kind() != reflect.Struct {
			return "structs", "make each element a struct whose fields have parquet tags"
		}
		return "", ""
	})
	t := col.Type().Type()
	if _, err := newShape(t); err != nil {
		call.Refuse(reason(err))
	}
	o := writeOptions{suffix: ".parquet"}
	for _, opt := range opts {
		opt(&o)
	}
	if o.numbered {
		call.CheckShards(o.shards)
	}
	call.WriteSharded(s, col, o.shards, o.suffix, rows{Type: beam.EncodedType{T: t}}.doFns)
}
