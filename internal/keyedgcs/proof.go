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

// cleanupTime bounds what is still done after a failure or a cancellation.
const cleanupTime = 30 * time.Second

// Cleanup returns a context for undoing what ctx was used for. It outlives ctx by at most half a minute.
func Cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// Rests reports whether the attributes of an object name the object's key.
func Rests(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	code, _ := keycheck.Compare([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName)
	return code == ""
}

// prove checks the key that Cloud Storage reports for an object that was just written. An object with another key, or
// without one, is removed; the hint says so only if it was.
func (s *Store) prove(ctx context.Context, o cmekpipe.Object, attrs *storage.ObjectAttrs) error {
	code, cause := keycheck.Compare([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName)
	if code == "" {
		return nil
	}
	e := &cmekpipe.Error{Op: s.Op, Code: code, Resource: o.String(), Err: errors.New(cause)}
	hint := "the upload named " + o.Key().String() + ": name the key as Cloud KMS does, with the id of its project"
	if code == cmekpipe.KeyMissing {
		hint = "the upload named " + o.Key().String() + ": find the proxy between this program and Cloud Storage that removes " +
			"the parameter kmsKeyName, and connect directly"
	}
	ctx, cancel := Cleanup(ctx)
	defer cancel()
	if err := s.Remove(ctx, o, attrs.Generation); err != nil && !errors.Is(err, cmekpipe.NotFound) {
		e.Err = fmt.Errorf("%w; and it could not be removed: %w", e.Err, err)
		e.Hint = fmt.Sprintf("remove the object, which is not encrypted with the key: gcloud storage rm '%s#%d'; %s", o, attrs.Generation, hint)
		return e
	}
	e.Hint = "the object was removed; " + hint
	return e
}
