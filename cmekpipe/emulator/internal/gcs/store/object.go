package store

import (
	"slices"
	"strings"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Object is one generation of an object at one moment.
type Object struct {
	// Bucket and Name are the object's name.
	Bucket, Name string
	// Generation numbers the data, Metageneration the settings of a generation, from 1 on.
	Generation, Metageneration int64
	// Data is the object's content, CRC32C and MD5 are its checksums. MD5 is nil for a composed object.
	Data   Blob
	CRC32C uint32
	MD5    []byte
	// Key is the key version that encrypts the data; the zero value means no customer-managed key.
	Key cmekpipe.KeyVersionName
	// Components is the number of objects that this one was composed of; 0 if it was not composed.
	Components int64
	// Settings has the fields that a client may set. Its other fields are ignored.
	Settings raw.Object
	// Created and Updated are when the generation was created and its settings changed.
	Created, Updated time.Time
	// Released is when its event-based hold was released; zero if it never had one.
	Released time.Time
	// Deleted is when the generation stopped being the live one; zero while it is.
	Deleted time.Time
	// HardDelete is when a soft-deleted generation is removed permanently; zero for all others.
	HardDelete time.Time
}

// URL returns the object's name as gs://bucket/name.
func (o *Object) URL() string { return "gs://" + o.Bucket + "/" + o.Name }

// history is all generations of one name, oldest first.
type history struct {
	live *Object
	old  []*Object // noncurrent, for a bucket with versioning
	soft []*Object // soft-deleted
}

// Object returns a generation of an object, live or noncurrent; generation 0 stands for the live one.
func (s *Store) Object(bucket, name string, generation int64) (*Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(bucket)
	if err != nil {
		return nil, err
	}
	if slot := b.slot(name, generation); slot != nil {
		return *slot, nil
	}
	return nil, NoObject
}

// SoftDeleted returns a soft-deleted generation of an object.
func (s *Store) SoftDeleted(bucket, name string, generation int64) (*Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(bucket)
	if err != nil {
		return nil, err
	}
	if b.retention() == 0 {
		return nil, NoSoftDelete
	}
	h := b.history(name, s.env.Now())
	if i := indexOf(h.soft, generation); i >= 0 {
		return h.soft[i], nil
	}
	return nil, NoObject
}

// UpdateObject replaces the settings of a generation with the result of change. Change must not modify its argument.
func (s *Store) UpdateObject(
	bucket, name string, generation int64, conditions Conditions, change func(*Bucket, raw.Object) (raw.Object, error),
) (*Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(bucket)
	if err != nil {
		return nil, err
	}
	slot := b.slot(name, generation)
	if slot == nil {
		return nil, NoObject
	}
	if err := conditions.Check(*slot); err != nil {
		return nil, err
	}
	changed := **slot
	if changed.Settings, err = change(b.Bucket, changed.Settings); err != nil {
		return nil, err
	}
	now := s.env.Now()
	if err := s.changes.take(bucket, name, now); err != nil {
		return nil, err
	}
	changed.Metageneration++
	changed.Updated = now
	if (*slot).Settings.EventBasedHold && !changed.Settings.EventBasedHold {
		changed.Released = now
	}
	*slot = &changed
	return &changed, nil
}

// slot returns where a generation is stored, nil if it does not exist. It ignores soft-deleted generations.
func (b *bucket) slot(name string, generation int64) **Object {
	h := b.objects[name]
	if h == nil {
		return nil
	}
	if h.live != nil && (generation == 0 || generation == h.live.Generation) {
		return &h.live
	}
	if i := indexOf(h.old, generation); i >= 0 {
		return &h.old[i]
	}
	return nil
}

// history returns the generations of a name that have not expired. It is never nil, but may not be stored in the
// bucket.
func (b *bucket) history(name string, now time.Time) *history {
	h := b.objects[name]
	if h == nil {
		return &history{}
	}
	h.soft = slices.DeleteFunc(h.soft, func(o *Object) bool { return !now.Before(o.HardDelete) })
	return h
}

// keep stores a history in the bucket, or removes it if it is empty.
func (b *bucket) keep(name string, h *history) {
	i, found := slices.BinarySearchFunc(b.names, name, strings.Compare)
	empty := h.live == nil && len(h.old) == 0 && len(h.soft) == 0
	switch {
	case empty && found:
		b.names = slices.Delete(b.names, i, i+1)
		delete(b.objects, name)
	case !empty && !found:
		b.names = slices.Insert(b.names, i, name)
		b.objects[name] = h
	}
}

func indexOf(objects []*Object, generation int64) int {
	return slices.IndexFunc(objects, func(o *Object) bool { return o.Generation == generation })
}
