package store

import (
	"slices"
	"time"
)

// Delete removes a generation of an object; generation 0 stands for the live one, which becomes noncurrent if the
// bucket has versioning. Any other removed generation becomes soft-deleted if the bucket has a soft delete policy.
func (s *Store) Delete(bucket, name string, generation int64, conditions Conditions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(bucket)
	if err != nil {
		return err
	}
	slot := b.slot(name, generation)
	if slot == nil {
		return NoObject
	}
	if err := conditions.Check(*slot); err != nil {
		return err
	}
	now := s.env.Now()
	if err := s.deletable(b, **slot, generation, now); err != nil {
		return err
	}
	if generation == 0 {
		h := b.history(name, now)
		s.retire(b, h, now)
		b.keep(name, h)
		return nil
	}
	s.remove(b, name, generation, now)
	return nil
}

// deletable refuses to delete an object that is kept, or so soon after its last change. Generation is the one that the
// call names.
func (s *Store) deletable(b *bucket, o Object, generation int64, now time.Time) error {
	if generation != 0 || !b.versioned() {
		if err := b.kept(&o, now); err != nil {
			return err
		}
	}
	return s.changes.take(o.Bucket, o.Name, now)
}

// retire makes the live object noncurrent or deletes it before another one replaces it.
func (s *Store) retire(b *bucket, h *history, now time.Time) {
	o := *h.live
	o.Deleted = now
	h.live = nil
	if b.versioned() {
		h.old = append(h.old, &o)
		return
	}
	s.softDelete(b, h, o, now)
}

// remove deletes one existing generation.
func (s *Store) remove(b *bucket, name string, generation int64, now time.Time) {
	h := b.history(name, now)
	if i := indexOf(h.old, generation); i >= 0 {
		o := *h.old[i]
		h.old = slices.Delete(h.old, i, i+1)
		s.softDelete(b, h, o, now)
	} else if h.live != nil && h.live.Generation == generation {
		o := *h.live
		o.Deleted = now
		h.live = nil
		s.softDelete(b, h, o, now)
	}
	b.keep(name, h)
}

// softDelete keeps a deleted object for the bucket's retention, if it has one, and marks its entry in the ledger as
// deleted.
func (s *Store) softDelete(b *bucket, h *history, o Object, now time.Time) {
	if keep := b.retention(); keep > 0 {
		o.Deleted, o.HardDelete = now, now.Add(keep)
		h.soft = append(h.soft, &o)
	}
	s.env.Ledger.Delete("object", o.URL(), o.Generation, now)
}
