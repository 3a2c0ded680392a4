package shards

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

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

// WriteWitness writes the witness of a write by [WriteBundle]: see [ListShards].
type WriteWitness[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes the witness.
func (f *WriteWitness[T, F]) ProcessElement(ctx context.Context, _ int, folders func(*[]byte) bool, emit func(int, Part)) error {
	return f.writeTemp(ctx, folders, witness, func(*T) bool { return false }, emit)
}

// CMEKWholeInput tells guard that this is for the global window only.
func (f *WriteWitness[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
