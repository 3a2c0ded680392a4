package shards

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

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
