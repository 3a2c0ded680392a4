package shards

import (
	"cmp"
	"context"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// Publish gives the parts of a write their names, all or none, and removes what is temporary: everything in the folders
// that parts are in. Whoever made such a folder belongs to this run and is done; of another folder that can't be known.
type Publish[T any, F Format[T]] struct{ Writing[T, F] }

// ProcessElement takes all parts at once. It may be repeated at any point: what an earlier attempt published in part is
// published again with the same bytes, and what it published whole is left as it is.
func (f *Publish[T, F]) ProcessElement(ctx context.Context, _ int, _ func(*[]byte) bool, parts func(*Part) bool) error {
	shards, err := f.number(parts)
	if err != nil {
		return err
	}
	if len(shards) == 0 {
		return f.publishNothing(ctx)
	}
	p := &publication{store: f.out.store, target: f.Target, shards: shards}
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
