package shards

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// WriteSingle writes all elements to one object.
type WriteSingle[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement writes the only group.
func (f *WriteSingle[T, F]) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, elements func(*T) bool) error {
	_, err := f.out.writeAll(ctx, f.Object, elements)
	return err
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *WriteSingle[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
