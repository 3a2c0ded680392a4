package shards

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
)

// Pane writes each shard of each pane straight to its own name. A retry writes the same elements to the same name.
type Pane[T any, F Format[T]] struct{ Writing[T, F] }

// ProcessElement writes a shard of a pane.
func (f *Pane[T, F]) ProcessElement(
	ctx context.Context, p beam.PaneInfo, w beam.Window, shard int, elements func(*T) bool,
) error {
	object, err := f.shardName(paneName(w, p), shard, f.Shards)
	if err != nil {
		return err
	}
	_, err = f.out.writeAll(ctx, object, elements)
	return err
}
