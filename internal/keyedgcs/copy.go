package keyedgcs

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Copy copies one generation of from, or the live one if generation is 0, to to, and verifies that the copy is encrypted
// with the key of to. It replaces to if that exists. The bytes stay inside Cloud Storage. Its service agent must be able to
// decrypt with the key of the original and to encrypt with the key of to.
func (s *Store) Copy(
	ctx context.Context, from cmekpipe.Object, generation int64, to cmekpipe.Object,
) (*storage.ObjectAttrs, error) {
	return s.copy(ctx, from, generation, to, s.handle(ctx, to), nil)
}

// Labels replace the content type and the metadata of the original in a copy.
type Labels struct {
	ContentType string
	Metadata    map[string]string
}

// CopyIfMatch is [Store.Copy] under the condition that the live generation of to is replaces, or that to does not exist if
// replaces is 0, as ifGenerationMatch of Cloud Storage: else the error has code PreconditionFailed. Nil labels leave content type and metadata as they are.
func (s *Store) CopyIfMatch(
	ctx context.Context, from cmekpipe.Object, generation int64, to cmekpipe.Object, replaces int64, labels *Labels,
) (*storage.ObjectAttrs, error) {
	conditions := storage.Conditions{GenerationMatch: replaces, DoesNotExist: replaces == 0}
	return s.copy(ctx, from, generation, to, s.handle(ctx, to).If(conditions), labels)
}

func (s *Store) copy(
	ctx context.Context, from cmekpipe.Object, generation int64, to cmekpipe.Object, target *storage.ObjectHandle, labels *Labels,
) (*storage.ObjectAttrs, error) {
	source := s.handle(ctx, from)
	if generation != 0 {
		source = source.Generation(generation)
	}
	// Copier.KMSKeyName, embedded from ObjectAttrs, is never sent.
	copier := target.CopierFrom(source)
	copier.DestinationKMSKeyName = to.Key().String()
	if labels != nil {
		copier.ContentType, copier.Metadata = labels.ContentType, labels.Metadata
	}
	attrs, err := copier.Run(ctx)
	if err != nil {
		err = s.explain(ctx, to, err)
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.NotFound {
			e.Resource, e.Hint = from.String(), "check that it exists, and that bucket gs://"+to.Bucket()+" does"
		}
		return nil, err
	}
	if err := s.verify(ctx, to, attrs); err != nil {
		return nil, err
	}
	return attrs, nil
}

// Move copies the live generation and then deletes that generation. So an object that is moved onto itself is only
// encrypted with the key of to, and one that was written in the meantime stays. Move may be repeated after a failure.
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
