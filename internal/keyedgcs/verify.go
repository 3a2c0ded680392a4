package keyedgcs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

const (
	// cleanupTime bounds the work after a failure or a cancellation.
	cleanupTime = 30 * time.Second
	// restorableTime bounds the call that only completes a hint.
	restorableTime = 5 * time.Second
)

// Cleanup returns a context for undoing what ctx was used for. It outlives ctx by at most half a minute.
func Cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
}

// Encrypted reports whether an object is encrypted with the key of o, by its attributes.
func Encrypted(o cmekpipe.Object, attrs *storage.ObjectAttrs) bool {
	code, _ := keycheck.Compare([]cmekpipe.KeyName{o.Key()}, attrs.KMSKeyName)
	return code == ""
}

// verify checks the key of an object that was just written. It deletes the object if the key is wrong, but not if the key's name
// differs only by the project's number in place of its id: that may be the right key.
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
		if e.Code != cmekpipe.Corrupted { // what is corrupted is encrypted with the key
			e.Hint += s.restorable(ctx, o, generation)
		}
		return e
	}
	e.Err = fmt.Errorf("%w; the object could not be deleted: %w", e.Err, err)
	e.Hint = fmt.Sprintf("delete the object: gcloud storage rm '%s#%d'; then %s", o, generation, e.Hint)
	return e
}

// restorable returns the rest of a hint about an object that was deleted, which a bucket with soft delete keeps. Nothing
// deletes it for good before its time.
func (s *Store) restorable(ctx context.Context, o cmekpipe.Object, generation int64) string {
	ctx, cancel := context.WithTimeout(ctx, restorableTime)
	defer cancel()
	attrs, err := s.handle(ctx, o).Generation(generation).SoftDeleted().Attrs(ctx)
	if refused, ok := errors.AsType[*googleapi.Error](err); ok && refused.Code == http.StatusBadRequest || errors.Is(err, storage.ErrObjectNotExist) {
		return "" // Cloud Storage answers 400 for a bucket without soft delete
	}
	bucket := "gs://" + o.Bucket()
	if err != nil || attrs.HardDeleteTime.IsZero() {
		return fmt.Sprintf(", but generation %d, which is not encrypted with the key, can be restored if the bucket has a soft delete policy: "+
			"gcloud storage buckets describe %s --format='default(soft_delete_policy)'", generation, bucket)
	}
	return fmt.Sprintf(", but generation %d, which is not encrypted with the key, can be restored until %s: revoke the permission "+
		"storage.objects.restore on %s until then; to keep no deleted objects in the future: gcloud storage buckets update %s --clear-soft-delete; "+
		"Cloud Storage refuses uploads without a Cloud KMS key if the bucket's encryption.googleManagedEncryptionEnforcementConfig "+
		"has the restrictionMode FullyRestricted", generation, attrs.HardDeleteTime.UTC().Format(time.RFC3339), bucket, bucket)
}
