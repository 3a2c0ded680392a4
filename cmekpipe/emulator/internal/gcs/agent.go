package gcs

import (
	"context"
	"io"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// Matching returns readers of a bucket's live objects whose names begin with prefix and match, in the order of the
// names. It is how another service reads them, on its own account: the object's key must be usable.
func (s *Server) Matching(ctx context.Context, bucket, prefix string, match func(name string) bool) ([]io.Reader, error) {
	const page = 1000
	var readers []io.Reader
	for q := (store.Query{Prefix: prefix, Match: match, Limit: page}); ; {
		found, err := s.store.List(bucket, q)
		if err != nil {
			return nil, refusal(err, bucket, prefix)
		}
		for _, o := range found.Objects {
			if err := s.unwrap(ctx, o); err != nil {
				return nil, err
			}
			readers = append(readers, o.Data.Reader())
		}
		if found.Next == nil {
			return readers, nil
		}
		q.After = *found.Next
	}
}
