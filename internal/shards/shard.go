package shards

import (
	"context"
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// witness is the number of the part that is the witness.
const witness = -1

// AssignShards assigns each element to a shard, in turn, starting at a random one.
type AssignShards[T any] struct {
	// Shards is the number of shards.
	Shards int

	next int
}

// StartBundle chooses the shard of the first element.
func (f *AssignShards[T]) StartBundle(_ func(int, T)) { f.next = rand.IntN(f.Shards) }

// ProcessElement emits an element with the number of its shard.
func (f *AssignShards[T]) ProcessElement(element T, emit func(int, T)) {
	emit(f.next, element)
	f.next = (f.next + 1) % f.Shards
}

// CMEKHelper tells guard that nothing is stored.
func (f *AssignShards[T]) CMEKHelper() destination.None { return destination.None{} }

// ListShards emits the number of every shard, so that shards without an element are written too, with the id of the folder
// for the run's temporary objects. The id is drawn here, on a worker, so that each run of a pipeline has its own; the
// grouping that follows keeps it the same for every attempt at a shard.
//
// One more number, that of no shard, becomes the witness: an object without an element that exists as long as the shards
// are not all published. It is also the only shard of empty input if the runner chooses the shards.
type ListShards struct {
	// Shards is the number of shards; 0 if the runner chooses it.
	Shards int
}

// ProcessElement is called once, for the impulse.
func (f *ListShards) ProcessElement(_ []byte, emit func(int, []byte)) {
	folder := []byte(keyedgcs.NewID())
	for shard := range f.Shards + 1 {
		emit(shard, folder)
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *ListShards) CMEKHelper() destination.None { return destination.None{} }

// WriteShard writes each numbered shard to a temporary object and emits that as a part, with a fixed key.
type WriteShard[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes a shard.
func (f *WriteShard[T, F]) ProcessElement(
	ctx context.Context, shard int, folders func(*[]byte) bool, elements func(*T) bool, emit func(int, Part),
) error {
	if shard == f.Shards {
		shard = witness
	}
	return f.writeTemp(ctx, folders, shard, elements, emit)
}

// writeTemp writes elements to a temporary object in the folder that ListShards emitted.
func (f *WriteStep[T, F]) writeTemp(
	ctx context.Context, folders func(*[]byte) bool, shard int, elements func(*T) bool, emit func(int, Part),
) error {
	var folder []byte
	if !folders(&folder) {
		return f.internal("got a shard's number that ListShards did not emit")
	}
	object, err := f.temp(string(folder))
	if err != nil {
		return err
	}
	written, err := f.out.writeAll(ctx, object, elements)
	if err != nil {
		return err
	}
	emit(0, partOf(int64(shard), object, written))
	return nil
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *WriteShard[T, F]) CMEKWholeInput() destination.None { return destination.None{} }

// WritePane writes each shard of each pane to a temporary object and emits it as a part that [PublishPane] publishes.
type WritePane[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes a shard of a pane. A retry may get other elements in another pane: only what it emits counts.
func (f *WritePane[T, F]) ProcessElement(
	ctx context.Context, p beam.PaneInfo, w beam.Window, shard int, elements func(*T) bool, emit func(Part),
) error {
	final, err := f.shardName(paneName(w, p), shard, f.Shards)
	if err != nil {
		return err
	}
	object, err := f.temp(f.out.folder)
	if err != nil {
		return err
	}
	written, err := f.out.writeAll(ctx, object, elements)
	if err != nil {
		return err
	}
	part := partOf(int64(shard), object, written)
	part.Final = final.Name()
	emit(part)
	return nil
}
