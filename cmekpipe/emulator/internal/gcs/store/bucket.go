package store

import (
	"slices"
	"strings"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Bucket is a bucket at one moment.
type Bucket struct {
	// Project is the id of the project that owns the bucket.
	Project string
	// DefaultKey encrypts objects that name no key; the zero KeyName means none.
	DefaultKey cmekpipe.KeyName
	// Attrs are the bucket's settings, including those that the server sets. There is always a soft delete policy.
	Attrs raw.Bucket
}

// Name returns the bucket's name.
func (b *Bucket) Name() string { return b.Attrs.Name }

// URL returns the bucket's name as gs://bucket.
func (b *Bucket) URL() string { return "gs://" + b.Attrs.Name }

// retention is how long the bucket keeps deleted objects; 0 means not at all.
func (b *Bucket) retention() time.Duration {
	return time.Duration(b.Attrs.SoftDeletePolicy.RetentionDurationSeconds) * time.Second
}

func (b *Bucket) versioned() bool { return b.Attrs.Versioning != nil && b.Attrs.Versioning.Enabled }

// bucket is a bucket with its objects.
type bucket struct {
	*Bucket
	objects map[string]*history
	names   []string  // the keys of objects, sorted
	swept   time.Time // when the lifecycle rules applied
}

// Bucket returns a bucket.
func (s *Store) Bucket(name string) (*Bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(name)
	if err != nil {
		return nil, err
	}
	return b.Bucket, nil
}

// Buckets returns the buckets of a project whose names start with a prefix, sorted.
func (s *Store) Buckets(project, prefix string) []*Bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*Bucket
	for name, b := range s.buckets {
		if b.Project == project && strings.HasPrefix(name, prefix) {
			found = append(found, b.Bucket)
		}
	}
	slices.SortFunc(found, func(a, b *Bucket) int { return strings.Compare(a.Name(), b.Name()) })
	return found
}

// CreateBucket adds a bucket, or fails with [BucketExists].
func (s *Store) CreateBucket(b *Bucket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.buckets[b.Name()]; ok {
		return BucketExists
	}
	b.Attrs.Generation = s.nextGeneration(s.env.Now())
	s.buckets[b.Name()] = &bucket{Bucket: b, objects: make(map[string]*history)}
	s.env.Ledger.Record(core.Entry{
		Time: s.env.Now(), Service: "storage", Method: "storage.buckets.insert", Kind: "bucket", Name: b.URL(),
		Project: b.Project, Generation: b.Attrs.Generation, KeyName: b.DefaultKey, KeyAsked: b.DefaultKey.Valid(),
	})
	return nil
}

// UpdateBucket replaces a bucket's settings with the result of change, unless that is its argument, which it must not
// modify. It may be called again if the bucket changes concurrently.
func (s *Store) UpdateBucket(
	name string, conditions Conditions, change func(*Bucket) (*Bucket, error),
) (*Bucket, error) {
	for {
		seen, err := s.Bucket(name)
		if err != nil {
			return nil, err
		}
		if err := conditions.CheckBucket(seen); err != nil {
			return nil, err
		}
		changed, err := change(seen)
		if err != nil || changed == seen {
			return seen, err
		}
		if s.swapBucket(seen, changed) {
			return changed, nil
		}
	}
}

func (s *Store) swapBucket(seen, changed *Bucket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(seen.Name())
	if err != nil || b.Bucket != seen {
		return false
	}
	changed.Attrs.Metageneration = seen.Attrs.Metageneration + 1
	b.Bucket, b.swept = changed, time.Time{}
	return true
}

// DeleteBucket removes a bucket without live and noncurrent objects, and its soft-deleted objects with it.
func (s *Store) DeleteBucket(name string, conditions Conditions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(name)
	if err != nil {
		return err
	}
	if err := conditions.CheckBucket(b.Bucket); err != nil {
		return err
	}
	for _, h := range b.objects {
		if h.live != nil || len(h.old) > 0 {
			return BucketNotEmpty
		}
	}
	delete(s.buckets, name)
	s.env.Ledger.Delete("bucket", b.URL(), b.Attrs.Generation, s.env.Now())
	return nil
}
