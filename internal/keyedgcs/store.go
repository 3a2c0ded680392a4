// Package keyedgcs writes Cloud Storage objects that are encrypted with a key, and verifies the key of each.
//
// A [Store] writes, copies, lists and deletes objects that are named by a [cmekpipe.Object], so no call goes without a
// key. Every write names the key, whatever the bucket's default is, and compares it with the key that Cloud Storage
// reports afterwards. An object that is encrypted with another key, or with none, is deleted before the error is returned,
// or the error says that it could not be deleted, with the command that deletes it. If the name of the reported key differs
// only by the project's number in place of its id, the write fails and the object stays. A bucket with soft delete keeps what was
// deleted; the error says until when.
//
// # Errors
//
// Errors are [*cmekpipe.Error] with the operation of the Store; a context's error is returned as it is. KeyMissing and
// KeyMismatch mean that Cloud Storage accepted a write with no key or another key. Corrupted means that it reports other
// bytes than were sent. Calls that fail for a transient reason are retried, each for at most two minutes, and then fail
// with code Unavailable.
//
// # Concurrency
//
// A Store may be used by many goroutines, a [Writer] by one.
package keyedgcs

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Store is a client of Cloud Storage for objects that are encrypted with a key. Create one with [Open] or [New].
type Store struct {
	// Op is the operation in errors: "textio.Write".
	Op string
	// Retry bounds the retries of each call, and of each piece of a large upload.
	Retry retry.Policy

	client *storage.Client
}

// workerPolicy retries a call for two minutes, which is longer than Cloud Storage's usual disturbances and shorter than a
// worker should hold a bundle that Beam can retry elsewhere.
func workerPolicy() retry.Policy {
	return retry.Policy{Service: gcperr.CloudStorage, Initial: 250 * time.Millisecond, Max: 8 * time.Second,
		MaxElapsed: 2 * time.Minute}
}

// Open returns a Store that uses the client of the worker process, with default credentials. It honours
// STORAGE_EMULATOR_HOST and never falls back to anonymous access.
func Open(ctx context.Context, op string) (*Store, error) {
	client, err := storageclient.Shared(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage client", cmekpipe.KeyName{}, err)
	}
	return &Store{Op: op, Retry: workerPolicy(), client: client}, nil
}

// New returns a Store that uses the caller's client and retries by the caller's policy.
func New(client *storage.Client, op string, p retry.Policy) *Store {
	p.Service = gcperr.CloudStorage
	return &Store{Op: op, Retry: p, client: client}
}

// Close ends the use of the Store, also of a nil one. Its client stays open: it belongs to the process, or to the caller of
// [New].
func (*Store) Close() error { return nil }

// Stat returns the attributes of an object. It does not verify the object's key.
func (s *Store) Stat(ctx context.Context, o cmekpipe.Object) (*storage.ObjectAttrs, error) {
	attrs, err := s.handle(ctx, o).Attrs(ctx)
	if err != nil {
		return nil, s.wrap(o, err)
	}
	return attrs, nil
}

// Remove deletes one generation of an object, or the live one if generation is 0. It needs no permission on the key.
// An object that is gone when the call is retried was deleted by the attempt before, whose answer was lost.
func (s *Store) Remove(ctx context.Context, o cmekpipe.Object, generation int64) error {
	a := s.attempts()
	h := s.retrying(ctx, o, a)
	if generation != 0 {
		h = h.Generation(generation)
	}
	err := s.wrap(o, h.Delete(ctx))
	if a.retried && errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	return err
}

// handle returns a handle for one call. Every call of this package is safe to repeat: an upload or a rewrite puts the
// same bytes in the same place, a deletion names its generation.
func (s *Store) handle(ctx context.Context, o cmekpipe.Object) *storage.ObjectHandle {
	return s.retrying(ctx, o, s.attempts())
}

func (s *Store) retrying(ctx context.Context, o cmekpipe.Object, a *attempts) *storage.ObjectHandle {
	return s.client.Bucket(o.Bucket()).Object(o.Name()).Retryer(
		storage.WithPolicy(storage.RetryAlways),
		storage.WithBackoff(backoff(ctx, s.Retry)),
		storage.WithErrorFunc(a.allow))
}

func (s *Store) wrap(o cmekpipe.Object, err error) error {
	return gcperr.Wrap(s.Op, o.String(), o.Key(), storageclient.WithStatus(err))
}

// attempts bounds the retries of the storage client, which pauses and repeats calls itself: it would retry an upload that fits
// in one request for ever, and ignores WithMaxAttempts for uploads.
type attempts struct {
	*retry.Attempts
	policy retry.Policy
	last   time.Time // failure

	retried bool // after a failure that is transient
}

func (s *Store) attempts() *attempts {
	return &attempts{Attempts: s.Retry.Start(), policy: s.Retry}
}

// allow reports whether to retry after err. Where only time bounds the attempts, it is counted from the first failure, and
// anew after a failure that is far from the one before: they belong to different requests of a long upload.
func (a *attempts) allow(err error) bool {
	now := time.Now()
	if a.policy.Attempts == 0 && now.Sub(a.last) > 4*a.policy.Max {
		a.Reset()
	}
	a.last = now
	again := a.Allow(err)
	a.retried = a.retried || again
	return again
}

// arrived begins a new count after a piece of an upload has arrived.
func (a *attempts) arrived() {
	if a.policy.Attempts > 0 {
		a.Reset()
	}
}

// backoff returns the pauses of a policy in the form of the storage client, which adds jitter itself.
func backoff(ctx context.Context, p retry.Policy) gax.Backoff {
	initial, longest := p.Pauses(ctx)
	return gax.Backoff{Initial: initial, Max: longest, Multiplier: 2}
}
