package textio

import (
	"crypto/rand"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// sharded is what the steps of one WriteSharded share.
type sharded struct {
	writeOptions
	scope  beam.Scope
	prefix cmekpipe.Object
	tempID string // tells the temporary objects of this write from those of others
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
	must0(checkInput(opSharded, prefix, col))
	w := sharded{
		writeOptions: must(shardedOptions(prefix, opts)),
		scope:        s.Scope(opSharded),
		prefix:       prefix,
		tempID:       strings.ToLower(rand.Text()),
	}
	must0(w.checkNames())
	if w.numShards && !firesOnce(col) {
		w.writePanes(col)
		return
	}
	impulse := beam.Impulse(w.scope)
	parts := beam.PCollection{}
	if w.numShards {
		parts = w.writeNumberedParts(impulse, col)
	} else {
		parts = w.writeParts(col)
	}
	w.publish(beam.AddFixedKey(w.scope, impulse), parts)
}

// gather is the function gather with what to do about input that is not all there at once.
func (w *sharded) gather(impulse, keyed beam.PCollection) beam.PCollection {
	hint := "add the option textio.NumShards, and window the input if it is unbounded"
	if w.numShards {
		hint = "window the input, or set a trigger: beam.WindowInto"
	}
	return must(gather(w.scope, impulse, keyed, cmekpipe.Error{Op: opSharded, Resource: w.prefix.String(), Hint: hint}))
}
