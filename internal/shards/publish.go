package shards

import (
	"cmp"
	"context"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// Publish copies the parts of a write to their final names, all or none, and deletes all objects in the folders that parts
// are in. Every object there belongs to this run and to a step that has ended; of other folders that is not known.
type Publish[T any, F Format[T]] struct{ WriteStep[T, F] }

// ProcessElement publishes all parts. It may be repeated at any point: if an earlier attempt published some shards, they are
// published again with the same bytes; if it published all of them, they are left as they are.
func (f *Publish[T, F]) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, parts func(*Part) bool) error {
	shards, err := f.number(parts)
	if err != nil {
		return err
	}
	if len(shards) == 0 {
		return f.publishNothing(ctx)
	}
	p := &publishAttempt{store: f.out.store, output: f.Output, shards: shards}
	done, err := p.findParts(ctx)
	if err != nil {
		return err
	}
	if !done {
		if err := p.copyAll(ctx); err != nil {
			p.undo(ctx)
			return err
		}
	}
	return p.deleteTemporary(ctx)
}

// number sorts the parts in an order that is the same in every attempt, and names the shards that they become.
func (f *Publish[T, F]) number(parts func(*Part) bool) ([]*shard, error) {
	var all []Part
	for p := (Part{}); parts(&p); {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Name, b.Name))
	})
	shards := make([]*shard, len(all))
	for i, p := range all {
		if _, ok := f.folderOf(p.Name); !ok {
			return nil, f.internal("got a part that is no temporary object of this write")
		}
		from, err := f.sibling(p.Name)
		if err != nil {
			return nil, err
		}
		to, err := f.shardName("", i, len(all))
		if err != nil {
			return nil, err
		}
		shards[i] = &shard{Part: p, from: from, to: to}
	}
	return shards, nil
}

// publishNothing writes the one empty shard of empty input.
func (f *Publish[T, F]) publishNothing(ctx context.Context) error {
	object, err := f.shardName("", 0, 1)
	if err != nil {
		return err
	}
	_, err = f.out.writeAll(ctx, object, func(*T) bool { return false })
	return err
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *Publish[T, F]) CMEKWholeInput() destination.None { return destination.None{} }
