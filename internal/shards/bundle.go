package shards

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Part is a temporary object that is complete and rests under the key. Parts travel in Beam's row coder.
type Part struct {
	// Shard is the number of the shard to become; 0 for all where the runner decides on shards.
	Shard int64
	// Name is the object's name in the bucket. No other attempt of any bundle has the same.
	Name string
	// Size is the number of its bytes.
	Size int64
	// CRC32C is of its bytes.
	CRC32C int64
}

func partOf(shard int, o cmekpipe.Object, w *keyedgcs.Writer) Part {
	attrs := w.Attrs()
	return Part{Shard: int64(shard), Name: o.Name(), Size: attrs.Size, CRC32C: int64(attrs.CRC32C)}
}

// Bundle writes the elements of each bundle to a temporary object and emits it as a part, with a fixed key.
type Bundle[T any, F Format[T]] struct{ Writing[T, F] }

// StartBundle gives up what a bundle that failed left open.
func (f *Bundle[T, F]) StartBundle(_ func(int, Part)) { f.out.abort() }

// ProcessElement writes an element.
func (f *Bundle[T, F]) ProcessElement(ctx context.Context, element T, _ func(int, Part)) error {
	if !f.out.isOpen() {
		object, err := f.temp(f.out.folder)
		if err != nil {
			return err
		}
		if err := f.out.open(ctx, object); err != nil {
			return err
		}
	}
	return f.out.write(element)
}

// FinishBundle commits the bundle's object. It has no window to emit in but the global one, which is why only input in
// that window gets here.
func (f *Bundle[T, F]) FinishBundle(emit func(int, Part)) error {
	if !f.out.isOpen() {
		return nil
	}
	written, err := f.out.commit()
	if err != nil {
		return err
	}
	emit(0, partOf(0, f.out.object, written))
	return nil
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *Bundle[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
