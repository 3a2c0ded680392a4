package textio

import (
	"cmp"
	"context"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/sink"
)

// publish makes shards of parts.
func (w *sharded) publish(impulse, parts beam.PCollection) {
	gathered := w.gather(impulse, parts)
	beam.ParDo0(w.scope, &publishFn{Prefix: w.prefix, TempID: w.tempID, Suffix: w.suffix, Gzip: w.gzip}, gathered)
}

// publishFn gives the parts of a write their names, all or none, and removes everything temporary.
type publishFn struct {
	Prefix cmekpipe.Object
	TempID string
	Suffix string
	Gzip   bool

	out *lineWriter
}

// Setup opens the client.
func (f *publishFn) Setup(ctx context.Context) (err error) {
	f.out, err = newLineWriter(ctx, opSharded, f.Gzip)
	return err
}

// Teardown releases the client.
func (f *publishFn) Teardown() error { return f.out.close() }

// ProcessElement takes all parts at once. It may be repeated at any point: what an earlier attempt published in part is
// published again with the same bytes, and what it published whole is left as it is.
func (f *publishFn) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, parts func(*part) bool) error {
	shards, err := f.number(parts)
	if err != nil {
		return err
	}
	if len(shards) == 0 {
		return f.publishNothing(ctx)
	}
	p := &publication{store: f.out.store, prefix: f.Prefix, folder: tempFolder(f.Prefix, f.TempID), shards: shards}
	done, err := p.look(ctx)
	if err != nil {
		return err
	}
	if !done {
		if err := p.publish(ctx); err != nil {
			p.withdraw(ctx)
			return err
		}
	}
	return p.sweep(ctx)
}

// number puts the parts in an order that is the same in every attempt, and names the shards that they become.
func (f *publishFn) number(parts func(*part) bool) ([]*shard, error) {
	var all []part
	for p := (part{}); parts(&p); {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Name, b.Name))
	})
	shards := make([]*shard, len(all))
	for i, p := range all {
		from, err := sibling(f.Prefix, p.Name)
		if err != nil {
			return nil, err
		}
		to, err := shardName(f.Prefix, "", i, len(all), f.Suffix)
		if err != nil {
			return nil, err
		}
		shards[i] = &shard{part: p, from: from, to: to}
	}
	return shards, nil
}

// publishNothing writes the one empty shard of empty input.
func (f *publishFn) publishNothing(ctx context.Context) error {
	object, err := shardName(f.Prefix, "", 0, 1, f.Suffix)
	if err != nil {
		return err
	}
	_, err = f.out.writeAll(ctx, object, func(*string) bool { return false })
	return err
}

// CMEKDestination tells guard what rests where.
func (f *publishFn) CMEKDestination() sink.Destination {
	return sink.Destination{Name: f.Prefix.String(), Key: f.Prefix.Key()}
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *publishFn) CMEKWholeInput() sink.None { return sink.None{} }
