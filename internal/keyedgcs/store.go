// Package keyedgcs writes Cloud Storage objects that are encrypted with a key, and verifies the key of each.
//
// A [Store] writes, copies, lists and deletes objects that are named by a [cmekpipe.Object], so no call goes without a
// key. Every write names the key, whatever the bucket's default is, and compares it with the key that Cloud Storage
// reports afterwards. An object that is encrypted with another key, or with none, is deleted before the error is returned.
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
	"sync/atomic"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/gcserr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Store is a client of Cloud Storage for objects that are encrypted with a key. Create one with [Open] or [New].
type Store struct {
	// Op is the operation in errors: "textio.Write".
	Op string
	// Patience is how long a call that fails for a transient reason is retried. [Open] sets two minutes; 0 sets no limit.
	Patience time.Duration

	client   *storage.Client
	attempts int // of a call, or of one piece of a large upload; 0 sets no limit
	pauses   gax.Backoff
}

const (
	defaultPatience = 2 * time.Minute
	firstPause      = 250 * time.Millisecond
	longestPause    = 8 * time.Second
)

// Open returns a Store with its own client, which uses default credentials. Callers must call Close. It honours
// STORAGE_EMULATOR_HOST and never falls back to anonymous access.
func Open(ctx context.Context, op string) (*Store, error) {
	client, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage client", cmekpipe.KeyName{}, err)
	}
	return &Store{Op: op, Patience: defaultPatience, client: client,
		pauses: gax.Backoff{Initial: firstPause, Max: longestPause, Multiplier: 2}}, nil
}

// New returns a Store that uses the caller's client and retries by the caller's policy.
func New(client *storage.Client, op string, p retry.Policy) *Store {
	return &Store{Op: op, client: client, attempts: p.Attempts,
		pauses: gax.Backoff{Initial: p.Initial, Max: p.Max, Multiplier: 2}}
}

// Close releases the client. Close of a nil Store does nothing, so that Teardown may follow a failed Setup.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	return s.client.Close()
}

// Stat returns the attributes of an object. It does not verify the object's key.
func (s *Store) Stat(ctx context.Context, o cmekpipe.Object) (*storage.ObjectAttrs, error) {
	attrs, err := s.handle(o).Attrs(ctx)
	if err != nil {
		return nil, s.wrap(o, err)
	}
	return attrs, nil
}

// Remove deletes one generation of an object, or the live one if generation is 0. It needs no permission on the key.
func (s *Store) Remove(ctx context.Context, o cmekpipe.Object, generation int64) error {
	h := s.handle(o)
	if generation != 0 {
		h = h.Generation(generation)
	}
	return s.wrap(o, h.Delete(ctx))
}

// handle returns a handle for one call. Every call of this package is safe to repeat: an upload or a rewrite puts the
// same bytes in the same place, a deletion names its generation.
func (s *Store) handle(o cmekpipe.Object) *storage.ObjectHandle { return s.retrying(o, s.patience()) }

func (s *Store) retrying(o cmekpipe.Object, p *patience) *storage.ObjectHandle {
	return s.client.Bucket(o.Bucket()).Object(o.Name()).Retryer(
		storage.WithPolicy(storage.RetryAlways), storage.WithBackoff(s.pauses), storage.WithErrorFunc(p.retry))
}

func (s *Store) wrap(o cmekpipe.Object, err error) error {
	return gcserr.Wrap(s.Op, o.String(), o.Key(), err)
}

func (s *Store) patience() *patience {
	return &patience{limit: s.Patience, attempts: int64(s.attempts)}
}

// patience bounds the retries of a call, in time, in number, or both. The storage client would retry an upload that fits
// in one request for ever, and ignores WithMaxAttempts for uploads.
type patience struct {
	limit       time.Duration
	first, last time.Time

	attempts int64
	failures atomic.Int64 // since the last piece of an upload arrived
}

// retry reports whether to retry after err. Failures that lie far apart belong to different requests of a long upload, so
// the time starts again.
func (p *patience) retry(err error) bool {
	if !storage.ShouldRetry(err) {
		return false
	}
	if p.attempts > 0 && p.failures.Add(1) >= p.attempts {
		return false
	}
	if p.limit == 0 {
		return true
	}
	now := time.Now()
	if p.first.IsZero() || now.Sub(p.last) > 4*longestPause {
		p.first = now
	}
	p.last = now
	return now.Sub(p.first) < p.limit
}

// arrived starts the count again after a piece of an upload has arrived.
func (p *patience) arrived() { p.failures.Store(0) }
