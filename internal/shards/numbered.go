package shards

import (
	"context"
	"math/rand/v2"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Deal gives each element the number of a shard, in turn, beginning anywhere.
type Deal[T any] struct {
	// Shards is how many there are.
	Shards int

	next int
}

// StartBundle picks the shard of the first element.
func (f *Deal[T]) StartBundle(_ func(int, T)) { f.next = rand.IntN(f.Shards) }

// ProcessElement numbers an element.
func (f *Deal[T]) ProcessElement(element T, emit func(int, T)) {
	emit(f.next, element)
	f.next = (f.next + 1) % f.Shards
}

// CMEKHelper tells guard that nothing is stored.
func (f *Deal[T]) CMEKHelper() destination.None { return destination.None{} }

// Members emits the number of every shard, so that shards without an element are written too, and with it the id of the
// folder of the run's temporary objects. It is drawn here, on a worker, so that two runs of one pipeline draw two; the
// grouping that follows keeps it for every attempt at a shard.
type Members struct {
	// Shards is how many there are.
	Shards int
}

// ProcessElement takes the impulse.
func (f *Members) ProcessElement(_ []byte, emit func(int, []byte)) {
	folder := []byte(keyedgcs.NewID())
	for shard := range f.Shards {
		emit(shard, folder)
	}
}

// CMEKHelper tells guard that nothing is stored.
func (f *Members) CMEKHelper() destination.None { return destination.None{} }

// Numbered writes each numbered shard to a temporary object and emits it as a part, with a fixed key.
type Numbered[T any, F Format[T]] struct{ Writing[T, F] }

// ProcessElement writes a shard.
func (f *Numbered[T, F]) ProcessElement(
	ctx context.Context, shard int, members func(*[]byte) bool, elements func(*T) bool, emit func(int, Part),
) error {
	var folder []byte
	if !members(&folder) {
		return f.internal("got a shard's number that Members did not give")
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
func (f *Numbered[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
