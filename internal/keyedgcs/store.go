// Package gcsfs writes objects of Cloud Storage that rest under a key, and proves it.
//
// [Store] is what this module's own connectors use. It writes, copies, looks up and removes objects that are named by
// a [cmekpipe.Object], so that there is no call without a key. Every write asks for the key by name, whatever the
// bucket's default is, and compares the key that Cloud Storage reports afterwards with the one asked for. What rests
// under another key, or under none, is removed before the error is returned.
//
// The package also registers a Beam filesystem for names of package cmekgs, so that Beam's own avroio, parquetio and
// fileio write under a key too. See [New].
//
// # Errors
//
// Errors are [*cmekpipe.Error] with the operation of the Store; those of a context stay themselves. KeyMissing and
// KeyMismatch mean that Cloud Storage accepted a write under no or another key. Corrupted means that it reports other
// bytes than were sent. Calls that fail for a passing reason are tried again, each for two minutes at most, and then
// fail with code Unavailable.
//
// # Concurrency
//
// A Store may be used by many goroutines, a [Writer] by one.
package keyedgcs

import (
	"context"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/gcserr"
)

// Store is a client of Cloud Storage for objects under a key.
type Store struct {
	// Op stands in errors as the operation that failed: "textio.Write".
	Op string
	// Patience is for how long a call that fails for a passing reason is tried again. [Open] sets two minutes.
	Patience time.Duration

	client *storage.Client
}

const (
	defaultPatience = 2 * time.Minute
	firstPause      = 250 * time.Millisecond
	longestPause    = 8 * time.Second
)

// Open returns a Store with a client of its own, for default credentials. Close it when done. It honours
// STORAGE_EMULATOR_HOST and never falls back to anonymous access.
func Open(ctx context.Context, op string) (*Store, error) {
	client, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage client", cmekpipe.KeyName{}, err)
	}
	return &Store{Op: op, Patience: defaultPatience, client: client}, nil
}

// Close releases the client. A nil Store closes well, so that Teardown may follow a failed Setup.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	return s.client.Close()
}

// Stat looks an object up. That it rests under its key is not checked.
func (s *Store) Stat(ctx context.Context, o cmekpipe.Object) (*storage.ObjectAttrs, error) {
	attrs, err := s.handle(o).Attrs(ctx)
	if err != nil {
		return nil, s.wrap(o, err)
	}
	return attrs, nil
}

// Remove removes one generation of an object, or the live one if generation is 0. It needs no permission on the key.
func (s *Store) Remove(ctx context.Context, o cmekpipe.Object, generation int64) error {
	h := s.handle(o)
	if generation != 0 {
		h = h.Generation(generation)
	}
	return s.wrap(o, h.Delete(ctx))
}

// handle returns a handle for one call. Every call of this package may be repeated: an upload or a rewrite puts the
// same bytes in the same place, a deletion names its generation.
func (s *Store) handle(o cmekpipe.Object) *storage.ObjectHandle {
	return s.client.Bucket(o.Bucket()).Object(o.Name()).Retryer(
		storage.WithPolicy(storage.RetryAlways),
		storage.WithBackoff(pauses()),
		storage.WithErrorFunc((&patience{limit: s.Patience}).retry))
}

func pauses() gax.Backoff { return gax.Backoff{Initial: firstPause, Max: longestPause, Multiplier: 2} }

func (s *Store) wrap(o cmekpipe.Object, err error) error {
	return gcserr.Wrap(s.Op, o.String(), o.Key(), err)
}

// patience bounds the retries of a call. The storage client would try an upload that fits in one request for ever.
type patience struct {
	limit       time.Duration
	first, last time.Time
}

// retry reports whether to try again after err. Failures that lie far apart belong to different requests of a long
// upload, so a new count begins.
func (p *patience) retry(err error) bool {
	if !storage.ShouldRetry(err) {
		return false
	}
	now := time.Now()
	if p.first.IsZero() || now.Sub(p.last) > 4*longestPause {
		p.first = now
	}
	p.last = now
	return now.Sub(p.first) < p.limit
}
