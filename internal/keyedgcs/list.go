package keyedgcs

import (
	"context"
	"errors"
	"iter"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// List yields the live objects whose names start with prefix, in the bucket of o, in order of their names. Only name and
// generation are set. Errors name o.
func (s *Store) List(ctx context.Context, o cmekpipe.Object, prefix string) iter.Seq2[*storage.ObjectAttrs, error] {
	return func(yield func(*storage.ObjectAttrs, error) bool) {
		query := &storage.Query{Prefix: prefix, Projection: storage.ProjectionNoACL}
		if err := query.SetAttrSelection([]string{"Name", "Generation"}); err != nil {
			yield(nil, s.wrap(o, err))
			return
		}
		bucket := s.client.Bucket(o.Bucket()).Retryer(
			storage.WithBackoff(backoff(ctx, s.Retry)), storage.WithErrorFunc(s.attempts().allow))
		for it := bucket.Objects(ctx, query); ; {
			attrs, err := it.Next()
			if errors.Is(err, iterator.Done) {
				return
			}
			if err != nil {
				yield(nil, s.wrap(o, err))
				return
			}
			if !yield(attrs, nil) {
				return
			}
		}
	}
}
