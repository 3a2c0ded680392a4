package textio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

// writePanes writes each shard of each pane straight to its own name.
func (w *sharded) writePanes(lines beam.PCollection) {
	grouped := beam.GroupByKey(w.scope, beam.ParDo(w.scope, &dealFn{Shards: w.shards}, lines))
	beam.ParDo0(w.scope, &paneFn{Prefix: w.prefix, Shards: w.shards, Suffix: w.suffix, Gzip: w.gzip}, grouped)
}

// paneFn writes a shard of a pane. A retry writes the same lines to the same name.
type paneFn struct {
	Prefix cmekpipe.Object
	Shards int
	Suffix string
	Gzip   bool

	out *lineWriter
}

// Setup opens the client.
func (f *paneFn) Setup(ctx context.Context) (err error) {
	f.out, err = newLineWriter(ctx, opSharded, f.Gzip)
	return err
}

// Teardown releases the client.
func (f *paneFn) Teardown() error { return f.out.close() }

// ProcessElement writes a shard of a pane.
func (f *paneFn) ProcessElement(
	ctx context.Context, p beam.PaneInfo, w beam.Window, shard int, lines func(*string) bool,
) error {
	object, err := shardName(f.Prefix, paneName(w, p), shard, f.Shards, f.Suffix)
	if err != nil {
		return err
	}
	_, err = f.out.writeAll(ctx, object, lines)
	return err
}

// CMEKDestination tells guard what rests where.
func (f *paneFn) CMEKDestination() sink.Destination {
	return sink.Destination{Name: f.Prefix.String(), Key: f.Prefix.Key()}
}
