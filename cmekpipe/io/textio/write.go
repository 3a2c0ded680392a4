package textio

import (
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// Write writes a PCollection<string> as the lines of one object encrypted with its key, in no particular order, each
// followed by a line break. One worker writes them all; [WriteSharded] uses many.
//
// The object appears, or replaces an older one, when it is complete. Empty input writes an empty object, so that an empty
// result can be told from a run that did not happen. Of the options only [WithGzip] and [WithTempFolder] apply.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements that
// are not strings (InvalidOptions), for a name that ends in a slash (InvalidName), and for unbounded, windowed or
// triggered input, whose panes would overwrite each other (Unsupported).
func Write(s beam.Scope, object cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call := newCall("textio.Write", object, col)
	o := collect(opts)
	if o.Numbered || o.Suffix != "" {
		call.Refuse("got WithNumShards or WithSuffix for one object", "use textio.WriteSharded")
	}
	call.WriteOne(s, col, o.Options, lines{Gzip: o.gzip}.doFns)
}

// WriteSharded writes a PCollection<string> as the lines of many objects encrypted with the prefix's key, in no particular
// order, each line followed by a line break. The objects are named PREFIX-SSSSS-of-NNNNN: the shard's number, from 0, and
// the number of shards.
//
// Every worker writes what it has, without a shuffle: each bundle of lines becomes a temporary object, and when all of them
// are complete they are copied to their names. So the runner decides how many shards there are and how large, and all of
// them appear when the input is complete, one soon after the other. If that fails, the shards that appeared are removed again. Empty input
// writes one empty shard, so that an empty result can be told from a run that did not happen.
//
// With [WithNumShards](n) there are exactly n shards, which requires a shuffle. Windowed, unbounded or triggered input
// requires it; each shard of each pane is then an object of its own that appears when the pane does, and a shard without a
// line in a pane is left out:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00003
//
// WriteSharded panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements
// that are not strings or a number of shards out of range (InvalidOptions), for names that end in a slash or become too
// long (InvalidName), and for input that requires WithNumShards or another window (Unsupported).
func WriteSharded(s beam.Scope, prefix cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call := newCall("textio.WriteSharded", prefix, col)
	o := collect(opts)
	if o.gzip && !strings.HasSuffix(o.Suffix, ".gz") {
		o.Suffix += ".gz"
	}
	call.WriteSharded(s, col, o.Options, lines{Gzip: o.gzip}.doFns)
}

// newCall refuses elements that can't be written.
func newCall(op string, o cmekpipe.Object, col beam.PCollection) shards.Builder {
	call := shards.Builder{Op: op, Object: o, Sharded: "textio.WriteSharded", NumShards: "textio.WithNumShards"}
	call.CheckElements(col, func(t reflect.Type) (want, hint string) {
		if t != reflect.TypeFor[string]() {
			return "string", "format the elements as lines first"
		}
		return "", ""
	})
	return call
}
