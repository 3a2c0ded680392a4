package shards

import (
	"context"
	"math/rand/v2"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

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
type ListShards struct {
	// Shards is the number of shards.
	Shards int
}

// ProcessElement is called once, for the impulse.
func (f *ListShards) ProcessElement(_ []byte, emit func(int, []byte)) {
	folder := []byte(keyedgcs.NewID())
	for shard := range f.Shards {
		emit(shard, folder)
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *ListShards) CMEKHelper() destination.None { return destination.None{} }

// WriteShard writes each numbered shard to a temporary object and emits that as a part, with a fixed key.
type WriteShard[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes a shard.
func (f *WriteShard[T, F]) ProcessElement(
	ctx context.Context, shard int, members func(*[]byte) bool, elements func(*T) bool, emit func(int, Part),
) error {
	var folder []byte
	if !members(&folder) {
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
	emit(0, partOf(shard, object, written))
	return nil
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *WriteShard[T, F]) CMEKWholeInput() destination.None { return destination.None{} }

// WritePane writes each shard of each pane directly to its final name. A retry writes the same elements to the same name.
type WritePane[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes a shard of a pane.
func (f *WritePane[T, F]) ProcessElement(
	ctx context.Context, p beam.PaneInfo, w beam.Window, shard int, elements func(*T) bool,
) error {
	object, err := f.shardName(paneName(w, p), shard, f.Shards)
	if err != nil {
		return err
	}
	_, err = f.out.writeAll(ctx, object, elements)
	return err
}
