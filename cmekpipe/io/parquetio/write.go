package parquetio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// WriteOption changes how [Write] and [WriteSharded] write.
type WriteOption func(*writeOptions)

type writeOptions struct{ shards.Options }

// WithSuffix sets how the name of each file ends. Default: ".parquet".
func WithSuffix(suffix string) WriteOption {
	return func(o *writeOptions) { o.Suffix = suffix }
}

// WithNumShards sets the number of files, from 1 to 100,000, and adds a shuffle of the elements. Windowed, unbounded or
// triggered input requires it. Default: as many files as the runner made bundles, without a shuffle.
func WithNumShards(n int) WriteOption {
	return func(o *writeOptions) { o.SetNumShards(n) }
}

// WithTempFolder keeps temporary objects in a folder, such as key.Object("gs://bank-work/tmp"), encrypted with its key. The
// folder may be in another bucket in the same location. Use it if the bucket of the destination has a retention policy, a
// default hold or a long lifecycle, because temporary objects are deleted at the end. Default: next to the destination.
func WithTempFolder(folder cmekpipe.Object) WriteOption {
	return func(o *writeOptions) { o.SetTemp(folder) }
}

// Write writes a PCollection<T>, T a struct with parquet tags, to one Parquet file encrypted with the object's key, in no
// particular order. Fields without a tag are left out. One worker writes all rows; [WriteSharded] uses many.
//
// The file appears, or replaces an older one, when it is complete. Empty input writes a file without a row, so that an
// empty result can be told from a run that did not happen. Of the options only [WithTempFolder] applies. A row that does not fit its tags, such as one with 11 bytes in
// a field of length=12, fails its bundle, and no file is created.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements that
// are not structs with tags, and for tags that are invalid or would lose part of a row (InvalidOptions, with the field's
// name), for a name that ends in a slash (InvalidName), and for unbounded, windowed or triggered input, whose panes would
// overwrite each other (Unsupported).
func Write(s beam.Scope, object cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call, format := newCall("parquetio.Write", object, col)
	o := collect(shards.Options{}, opts)
	if o.Numbered || o.Suffix != "" {
		call.Refuse("got WithNumShards or WithSuffix for one file", "use parquetio.WriteSharded")
	}
	call.WriteOne(s, col, o.Options, format.doFns)
}

// WriteSharded is [Write] to many files, PREFIX-SSSSS-of-NNNNN.parquet: the shard's number, from 0, and the number of
// shards.
//
// Every worker writes what it has, without a shuffle: each bundle of rows becomes a file, so the runner decides how many
// files there are and how large. All of them appear together, when the input is complete. Empty input writes one file
// without a row.
//
// With [WithNumShards](n) there are exactly n files. Windowed, unbounded or triggered input requires it; each shard of
// each pane is then a file of its own that appears when the pane does, and a shard without a row in a pane is left out:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00003.parquet
//
// WriteSharded panics with a [*cmekpipe.Error] when the pipeline is built: for what Write panics for except windowed and
// triggered input, for a number of shards out of range (InvalidOptions), for names that become too long (InvalidName), and
// for input that requires WithNumShards or another window (Unsupported).
func WriteSharded(s beam.Scope, prefix cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call, format := newCall("parquetio.WriteSharded", prefix, col)
	o := collect(shards.Options{Suffix: ".parquet"}, opts)
	call.WriteSharded(s, col, o.Options, format.doFns)
}

func collect(defaults shards.Options, opts []WriteOption) writeOptions {
	o := writeOptions{defaults}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// newCall refuses elements that can't be written and returns the format of the others.
func newCall(op string, o cmekpipe.Object, col beam.PCollection) (shards.Builder, rows) {
	call := shards.Builder{Op: op, Object: o, Sharded: "parquetio.WriteSharded", NumShards: "parquetio.WithNumShards"}
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
	return call, rows{Type: beam.EncodedType{T: t}}
}
