package textio

import (
	"reflect"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// Write writes a PCollection<string> as the lines of one object under its key, in no particular order, each followed
// by a line break. One worker writes them all; [WriteSharded] uses many.
//
// The object appears, or replaces an older one, when it is complete. Empty input makes an empty object, so that a run
// that found nothing can be told from none. Of the options only [Gzip] applies.
//
// Write panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for elements
// that are no strings (InvalidOptions), and for unbounded, windowed or triggered input, whose panes would overwrite
// each other (Unsupported).
func Write(s beam.Scope, object cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call := newCall("textio.Write", object, col)
	o := collect(opts)
	if o.numShards || o.suffix != "" {
		call.Refuse("got NumShards or Suffix for one object", "use textio.WriteSharded")
	}
	call.WriteOne(s, col, func(t shards.Output) any {
		w := shards.WriteStep[string, lines]{Output: t, Format: lines{Gzip: o.gzip}}
		return &writeFn{shards.WriteSingle[string, lines]{WriteStep: w}}
	})
}

// WriteSharded writes a PCollection<string> as the lines of many objects under the prefix's key, in no particular
// order, each line followed by a line break. The objects are named PREFIX-SSSSS-of-NNNNN: the shard's number, from 0
// on, and how many there are.
//
// Every worker writes what it has, without a shuffle: each bundle of lines becomes a temporary object, and when all
// are there they are given their names. So the runner decides how many shards there are and how large, and all of them
// appear together, when the input is complete. If that fails, the shards that appeared are removed again. Empty input
// makes one empty shard, so that a run that found nothing can be told from none.
//
// With [NumShards] there are exactly that many shards, at the price of a shuffle. Input that is windowed, unbounded or
// triggered needs NumShards; each shard of each pane is then an object of its own that appears when the pane does:
//
//	PREFIX-20261124T100000.000Z-20261124T110000.000Z-pane-0-first-last-00000-of-00003
//
// and a shard that gets no line of a pane is left out.
//
// WriteSharded panics with a [*cmekpipe.Error] when the pipeline is built: for the zero Object (KeyMissing), for
// elements that are no strings or a NumShards out of range (InvalidOptions), for names that become too long
// (InvalidName), and for input that needs NumShards or another window (Unsupported).
func WriteSharded(s beam.Scope, prefix cmekpipe.Object, col beam.PCollection, opts ...WriteOption) {
	call := newCall("textio.WriteSharded", prefix, col)
	o := collect(opts)
	if o.numShards {
		call.CheckShards(o.shards)
	}
	if o.gzip && !strings.HasSuffix(o.suffix, ".gz") {
		o.suffix += ".gz"
	}
	call.WriteSharded(s, col, o.shards, o.suffix, lines{Gzip: o.gzip}.doFns)
}

// newCall refuses what can't be written at all.
func newCall(op string, o cmekpipe.Object, col beam.PCollection) shards.Builder {
	call := shards.Builder{Op: op, Object: o, Sharded: "textio.WriteSharded", NumShards: "textio.NumShards"}
	call.CheckElements(col, func(t reflect.Type) (want, hint string) {
		if t != reflect.TypeFor[string]() {
			return "string", "format the elements as lines first"
		}
		return "", ""
	})
	return call
}
