package keyedgcs

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Copy copies one generation of from, or the live one if generation is 0, to the name of to and under the key of to,
// and proves it. The bytes don't leave Cloud Storage. Service agents need to decrypt with the key that from rests
// under and to encrypt with the key of to.
func (s *Store) Copy(
	ctx context.Context, from cmekpipe.Object, generation int64, to cmekpipe.Object,
) (*storage.ObjectAttrs, error) {
	source := s.handle(from)
	if generation != 0 {
		source = source.Generation(generation)
	}
	// Copier also has a KMSKeyName, out of ObjectAttrs, which is never sent.
	copier := s.handle(to).CopierFrom(source)
	copier.DestinationKMSKeyName = to.Key().String()
	attrs, err := copier.Run(ctx)
	if err != nil {
		err = s.explain(ctx, to, err)
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.NotFound {
			e.Resource, e.Hint = from.String(), "see that it exists, and that the bucket of "+to.String()+" does"
		}
		return nil, err
	}
	if err := s.prove(ctx, to, attrs); err != nil {
		return nil, err
	}
	return attrs, nil
}

// Move is Copy of the live generation and then Remove of that generation, so that an object that is moved onto itself is
// only brought under the key, and one that was written meanwhile stays. It may be repeated after a failure.
func (s *Store) Move(ctx context.Context, from, to cmekpipe.Object) error {
	attrs, err := s.Stat(ctx, from)
	if err != nil {
		return err
	}
	if _, err := s.Copy(ctx, from, attrs.Generation, to); err != nil {
		return err
	}
	err = s.Remove(ctx, from, attrs.Generation)
	if errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	return err
}
