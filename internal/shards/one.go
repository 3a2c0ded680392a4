package shards

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// One writes all elements to one object.
type One[T any, F Format[T]] struct{ Writing[T, F] }

// ProcessElement takes the only group there is.
func (f *One[T, F]) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, elements func(*T) bool) error {
	_, err := f.out.writeAll(ctx, f.Object, elements)
	return err
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *One[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
