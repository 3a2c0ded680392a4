package keyedgcs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// cleanupTime bounds what is still done after a failure or a cancellation.
const cleanupTime = 30 * time.Second

// Cleanup returns a context for undoing what ctx was used for. It outlives ctx by half a minute at most.
func Cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// Rests reports whether attributes of an object name the object's key.
func Rests(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	key, err := cmekpipe.ParseKeyOrVersion(attrs.KMSKeyName)
	return err == nil && key == o.Key()
}

// prove checks what Cloud Storage says of an object that was just written. An object that is not as it was meant to be
// is removed.
func (s *Store) prove(ctx context.Context, o cmekpipe.Object, attrs *storage.ObjectAttrs) error {
	fault := s.fault(o, attrs)
	if fault == nil {
		return nil
	}
	ctx, cancel := Cleanup(ctx)
	defer cancel()
	if err := s.Remove(ctx, o, attrs.Generation); err != nil && !errors.Is(err, cmekpipe.NotFound) {
		fault.Err = fmt.Errorf("%w; and it could not be removed: %w", fault.Err, err)
	}
	return fault
}

func (s *Store) fault(o cmekpipe.Object, attrs *storage.ObjectAttrs) *cmekpipe.Error {
	switch {
	case Rests(o, attrs):
		return nil
	case attrs.KMSKeyName == "":
		return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.KeyMissing, Resource: o.String(),
			Hint: "whatever stands between this program and Cloud Storage drops the key; the object was removed",
			Err:  fmt.Errorf("got an object under no Cloud KMS key, want %s", o.Key())}
	}
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.KeyMismatch, Resource: o.String(),
		Hint: "name the key as Cloud KMS does, with the project's id; the object was removed",
		Err:  fmt.Errorf("got an object under %s, want %s", attrs.KMSKeyName, o.Key())}
}
