package datastoreio

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"cloud.google.com/go/datastore"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/datastoreclient"
)

// keyRange is the keys from Start up to, and without, End, both encoded. One that is empty is no bound.
type keyRange struct{ Start, End string }

func (r keyRange) query(kind string) (*datastore.Query, error) {
	q := datastore.NewQuery(kind)
	for _, bound := range []struct{ operator, key string }{{">=", r.Start}, {"<", r.End}} {
		if bound.key == "" {
			continue
		}
		key, err := datastore.DecodeKey(bound.key)
		if err != nil {
			return nil, err
		}
		q = q.FilterField(keyProperty, bound.operator, key)
	}
	return q, nil
}

// splitFn cuts a kind into ranges by a sample of its keys, which Datastore keeps under a name of its own.
type splitFn struct {
	source
	Shards int
}

// samples is how many keys of the sample are asked for per range, so that ranges are about even.
const samples = 32

const scatterProperty = "__scatter__"

// ProcessElement emits the ranges.
func (f *splitFn) ProcessElement(ctx context.Context, _ []byte, emit func(keyRange)) error {
	var keys []*datastore.Key
	if f.Shards > 1 {
		var err error
		if keys, err = f.sample(ctx); err != nil {
			return f.fault(ctx, err)
		}
	}
	start := ""
	for _, key := range bounds(keys, f.Shards) {
		end := key.Encode()
		emit(keyRange{start, end})
		start = end
	}
	emit(keyRange{Start: start})
	return nil
}

func (f *splitFn) sample(ctx context.Context) (keys []*datastore.Key, err error) {
	client, err := datastoreclient.Shared(ctx, f.Project, f.Database)
	if err != nil {
		return nil, err
	}
	q := datastore.NewQuery(f.Kind).Order(scatterProperty).Limit((f.Shards - 1) * samples).KeysOnly()
	for it := client.Run(ctx, q); ; {
		key, err := it.Next(nil)
		if errors.Is(err, iterator.Done) {
			return keys, nil
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
}

// bounds picks the keys that split a sample into ranges of about equal size, in order and without duplicates.
func bounds(keys []*datastore.Key, shards int) []*datastore.Key {
	slices.SortFunc(keys, compareKeys)
	keys = slices.CompactFunc(keys, func(a, b *datastore.Key) bool { return compareKeys(a, b) == 0 })
	most := min(shards-1, len(keys))
	if most < 1 {
		return nil
	}
	picked := make([]*datastore.Key, most)
	for i := range picked {
		picked[i] = keys[(i+1)*len(keys)/(most+1)]
	}
	return picked
}

// compareKeys orders keys as Datastore does: element by element from the root, by kind, numbers before names, parents before
// their children.
// Source: https://docs.cloud.google.com/datastore/docs/concepts/queries#ordering_of_query_results.
func compareKeys(a, b *datastore.Key) int {
	return slices.CompareFunc(path(a), path(b), func(a, b *datastore.Key) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), cmp.Compare(named(a), named(b)), cmp.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name))
	})
}

func named(k *datastore.Key) int {
	if k.Name != "" {
		return 1
	}
	return 0
}

func path(k *datastore.Key) (elements []*datastore.Key) {
	for ; k != nil; k = k.Parent {
		elements = append(elements, k)
	}
	slices.Reverse(elements)
	return elements
}
