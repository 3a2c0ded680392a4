package keyedgcs

import (
	"context"
	"errors"
	"iter"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// List yields the live objects whose names start with prefix, in the bucket of o, in order of their names. Only name,
// generation and metadata are set. Errors name o.
func (s *Store) List(ctx context.Context, o cmekpipe.Object, prefix string) iter.Seq2[*storage.ObjectAttrs, error] {
	return s.list(ctx, o, &storage.Query{Prefix: prefix})
}

// ListBetween is [Store.List] of the objects whose names sort from first to last, both included.
func (s *Store) ListBetween(ctx context.Context, o cmekpipe.Object, first, last string) iter.Seq2[*storage.ObjectAttrs, error] {
	return s.list(ctx, o, &storage.Query{StartOffset: first, EndOffset: last + "\x00"})
}

func (s *Store) list(ctx context.Context, o cmekpipe.Object, query *storage.Query) iter.Seq2[*storage.ObjectAttrs, error] {
	return func(yield func(*storage.ObjectAttrs, error) bool) {
		query.Projection = storage.ProjectionNoACL
		if err := query.SetAttrSelection([]string{"Name", "Generation", "Metadata"}); err != nil {
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
