package shards

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// Part is a complete temporary object that is encrypted with the key. Beam encodes parts with its row coder.
type Part struct {
	// Shard is the number of the shard that it will become; 0 for all if the runner chooses the shards.
	Shard int64
	// Name is the object's name in the bucket. It is unique to this attempt of the bundle.
	Name string
	// Size is its size in bytes.
	Size int64
	// CRC32C is its Castagnoli checksum.
	CRC32C int64
}

func partOf(shard int, o cmekpipe.Object, w *keyedgcs.Writer) Part {
	attrs := w.Attrs()
	return Part{Shard: int64(shard), Name: o.Name(), Size: attrs.Size, CRC32C: int64(attrs.CRC32C)}
}

// WriteBundle writes the elements of each bundle to a temporary object and emits it as a part, with a fixed key.
type WriteBundle[T any, F Format[T]] struct{ WriteStep[T, F] }

// StartBundle aborts the upload that a failed bundle left open.
func (f *WriteBundle[T, F]) StartBundle(_ func(int, Part)) { f.out.abort() }

// ProcessElement writes an element.
func (f *WriteBundle[T, F]) ProcessElement(ctx context.Context, element T, _ func(int, Part)) error {
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

// FinishBundle commits the bundle's object. It can emit in the global window only, so [Builder] uses it for input in that
// window only.
func (f *WriteBundle[T, F]) FinishBundle(emit func(int, Part)) error {
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
func (f *WriteBundle[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
