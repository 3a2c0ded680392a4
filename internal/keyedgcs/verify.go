package keyedgcs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// cleanupTime bounds the work after a failure or a cancellation.
const cleanupTime = 30 * time.Second

// Cleanup returns a context for undoing what ctx was used for. It outlives ctx by at most half a minute.
func Cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// Encrypted reports whether an object is encrypted with the key of o, by its attributes.
func Encrypted(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	code, _ := keycheck.Compare([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName)
	return code == ""
}

// verify checks the key of an object that was just written. It deletes the object if the key is wrong.
func (s *Store) verify(ctx context.Context, o cmekpipe.Object, attrs *storage.ObjectAttrs) error {
	code, cause := keycheck.Compare([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName)
	if code == "" {
		return nil
	}
	if number := keycheck.ByNumber([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName); number != "" {
		return &cmekpipe.Error{Op: s.Op, Code: code, Resource: o.String(), Hint: keycheck.SpellByID(number) + "; the object was not deleted",
			Err: errors.New(cause)}
	}
	hint := "find out what changes the key between this program and Cloud Storage"
	if code == cmekpipe.KeyMissing {
		hint = "find the proxy between this program and Cloud Storage that removes the parameter kmsKeyName, and connect directly"
	}
	hint += "; the upload named " + o.Key().String()
	return s.discard(ctx, o, attrs.Generation, &cmekpipe.Error{Op: s.Op, Code: code, Resource: o.String(), Hint: hint, Err: errors.New(cause)})
}

// discard deletes an object that must not stay, and returns e with a hint that says whether that worked.
func (s *Store) discard(ctx context.Context, o cmekpipe.Object, generation int64, e *cmekpipe.Error) error {
	ctx, cancel := Cleanup(ctx)
	defer cancel()
	err := s.Remove(ctx, o, generation)
	if err == nil || errors.Is(err, cmekpipe.NotFound) {
		e.Hint += "; the object was deleted"
		return e
	}
	e.Err = fmt.Errorf("%w; the object could not be deleted: %w", e.Err, err)
	e.Hint = fmt.Sprintf("delete the object: gcloud storage rm '%s#%d'; then %s", o, generation, e.Hint)
	return e
}
