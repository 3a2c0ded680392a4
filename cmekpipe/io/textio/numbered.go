package textio

import (
	"context"
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

// writeNumberedParts groups lines by shard and writes each group to a temporary object. Shards without a line are
// written too, because each has a member of its own in the groups.
func (w *sharded) writeNumberedParts(impulse, lines beam.PCollection) beam.PCollection {
	members := beam.ParDo(w.scope, &membersFn{Shards: w.shards}, impulse)
	grouped := w.gather(members, beam.ParDo(w.scope, &dealFn{Shards: w.shards}, lines))
	return beam.ParDo(w.scope, &shardFn{Prefix: w.prefix, TempID: w.tempID, Gzip: w.gzip}, grouped)
}

// dealFn gives each line the number of a shard, in turn, beginning anywhere.
type dealFn struct {
	Shards int

	next int
}

// StartBundle picks the shard of the first line.
func (f *dealFn) StartBundle(_ func(int, string)) { f.next = rand.IntN(f.Shards) }

// ProcessElement numbers a line.
func (f *dealFn) ProcessElement(line string, emit func(int, string)) {
	emit(f.next, line)
	f.next = (f.next + 1) % f.Shards
}

// CMEKHelper tells guard that nothing is stored.
func (f *dealFn) CMEKHelper() sink.None { return sink.None{} }

// membersFn emits the number of every shard.
type membersFn struct{ Shards int }

// ProcessElement takes the impulse.
func (f *membersFn) ProcessElement(_ []byte, emit func(int, []byte)) {
	for shard := range f.Shards {
		emit(shard, nil)
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *membersFn) CMEKHelper() sink.None { return sink.None{} }

// shardFn writes each shard to a temporary object and emits it as a part, with a fixed key.
type shardFn struct {
	Prefix cmekpipe.Object
	TempID string
	Gzip   bool

	out *lineWriter
}

// Setup opens the client.
func (f *shardFn) Setup(ctx context.Context) (err error) {
	f.out, err = newLineWriter(ctx, opSharded, f.Gzip)
	return err
}

// Teardown releases the client.
func (f *shardFn) Teardown() error { return f.out.close() }

// ProcessElement writes a shard.
func (f *shardFn) ProcessElement(
	ctx context.Context, shard int, _ func(*[]byte) bool, lines func(*string) bool, emit func(int, part),
) error {
	object, err := newPart(f.Prefix, f.TempID)
	if err != nil {
		return err
	}
	written, err := f.out.writeAll(ctx, object, lines)
	if err != nil {
		return err
	}
	emit(0, partOf(shard, object, written))
	return nil
}

// CMEKDestination tells guard what rests where.
func (f *shardFn) CMEKDestination() sink.Destination {
	return sink.Destination{Name: f.Prefix.String(), Key: f.Prefix.Key()}
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *shardFn) CMEKWholeInput() sink.None { return sink.None{} }
