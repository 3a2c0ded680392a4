package store

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Creation describes a new generation of an object and its preconditions.
type Creation struct {
	// Object is the new generation, with its Bucket and Name; the store sets generations and times.
	Object Object
	// Method is the call that creates it, for the ledger, and KeyAsked reports whether the call itself names a key.
	Method   string
	KeyAsked bool
	// If are preconditions on the live object that is overwritten.
	If Conditions
	// Protect returns the key version that encrypts the object. It is called last, without the store's lock, and again
	// if the bucket changes concurrently.
	Protect func(*Bucket) (cmekpipe.KeyVersionName, error)
	// Consume are generations of the same bucket that are deleted in the same step. All must still exist.
	Consume []*Object
}

// Create makes a generation the live one. The previous one becomes noncurrent, soft-deleted or is removed, as the
// bucket is configured.
func (s *Store) Create(c Creation) (*Object, error) {
	for {
		b, err := s.Bucket(c.Object.Bucket)
		if err != nil {
			return nil, err
		}
		if c.Object.Key, err = c.Protect(b); err != nil {
			return nil, err
		}
		o, err := s.commit(b, c)
		if o != nil || err != nil {
			return o, err
		}
	}
}

// commit returns neither an object nor an error if the bucket changed since it was read.
func (s *Store) commit(seen *Bucket, c Creation) (*Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(c.Object.Bucket)
	if err != nil || b.Bucket != seen {
		return nil, err
	}
	now := s.env.Now()
	h := b.history(c.Object.Name, now)
	if err := c.If.Check(h.live); err != nil {
		return nil, err
	}
	if err := b.replaceable(h, now); err != nil {
		return nil, err
	}
	for _, o := range c.Consume {
		slot := b.slot(o.Name, o.Generation)
		if slot == nil {
			return nil, NoObject
		}
		if err := b.kept(*slot, now); err != nil {
			return nil, err
		}
	}
	if err := s.changes.take(c.Object.Bucket, c.Object.Name, now); err != nil {
		return nil, err
	}
	for _, o := range c.Consume {
		s.remove(b, o.Name, o.Generation, now)
	}
	return s.add(b, c, now), nil
}

// add makes the object live.
func (s *Store) add(b *bucket, c Creation, now time.Time) *Object {
	o := c.Object
	o.Generation, o.Metageneration = s.nextGeneration(now), 1
	o.Created, o.Updated, o.Deleted, o.HardDelete = now, now, time.Time{}, time.Time{}
	o.Released = time.Time{}
	h := b.history(o.Name, now)
	if h.live != nil {
		s.retire(b, h, now)
	}
	h.live = &o
	b.keep(o.Name, h)
	s.env.Ledger.Record(core.Entry{
		Time: now, Service: "storage", Method: c.Method, Kind: "object", Name: o.URL(), Project: b.Project,
		Generation: o.Generation, Size: o.Data.Size(), Key: o.Key, KeyAsked: c.KeyAsked,
	})
	return &o
}
