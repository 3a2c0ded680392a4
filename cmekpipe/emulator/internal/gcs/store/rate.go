package store

import "time"

// TooFast refuses to change an object again so soon.
type TooFast struct {
	// Object is the object's name as "bucket/name".
	Object string
}

// Error returns the text of the refusal.
func (e *TooFast) Error() string { return e.Object + " changes too often" }

// rate limits how often one name changes: burst times at once and once each second in the long run. A burst of 0 is no
// limit.
type rate struct {
	burst int
	names map[string]tokens
}

// tokens are how many changes of a name were left at a time.
type tokens struct {
	left float64
	at   time.Time
}

// LimitChanges refuses more changes of one object than burst at once, and than one each second in the long run. A burst
// of 0 removes the limit.
func (s *Store) LimitChanges(burst int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes = rate{burst: burst, names: make(map[string]tokens)}
}

// take counts a change of an object, or refuses it with a [*TooFast].
func (r *rate) take(bucket, name string, now time.Time) error {
	if r.burst == 0 {
		return nil
	}
	key := bucket + "/" + name
	t, known := r.names[key]
	if !known {
		t = tokens{left: float64(r.burst), at: now}
	}
	t.left = min(float64(r.burst), t.left+now.Sub(t.at).Seconds())
	t.at = now
	var err error
	if t.left < 1 {
		err = &TooFast{Object: key}
	} else {
		t.left--
	}
	r.names[key] = t
	return err
}
