package shards

import (
	"math/rand/v2"

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
