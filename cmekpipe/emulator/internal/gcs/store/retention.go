package store

import (
	"time"
)

// Kept refuses to delete or overwrite an object that a retention policy, its own retention or a hold protects.
type Kept struct {
	// Object is the object's name as "bucket/name".
	Object string
	// Hold is "Temporary" or "Event-Based" if a hold protects the object, else "".
	Hold string
	// Until is when the object's retention ends if no hold protects it.
	Until time.Time
}

// Error returns the text of the refusal.
func (k *Kept) Error() string {
	if k.Hold != "" {
		return k.Object + " is under a hold"
	}
	return k.Object + " is retained until " + k.Until.String()
}

// RetainedUntil returns when the retention of an object in the bucket ends; zero if there is none or if an event-based
// hold defers it.
func (b *Bucket) RetainedUntil(o *Object) time.Time {
	if o.Settings.EventBasedHold {
		return time.Time{}
	}
	var until time.Time
	if r := o.Settings.Retention; r != nil {
		until, _ = time.Parse(time.RFC3339, r.RetainUntilTime) // checked when it was set
	}
	if p := b.Attrs.RetentionPolicy; p != nil {
		from := o.Created
		if o.Released.After(from) {
			from = o.Released
		}
		if end := from.Add(time.Duration(p.RetentionPeriod) * time.Second); end.After(until) {
			until = end
		}
	}
	return until
}

// kept returns a [*Kept] if the object must be neither deleted nor overwritten now.
func (b *Bucket) kept(o *Object, now time.Time) error {
	name := o.Bucket + "/" + o.Name
	switch until := b.RetainedUntil(o); {
	case o.Settings.EventBasedHold:
		return &Kept{Object: name, Hold: "Event-Based"}
	case o.Settings.TemporaryHold:
		return &Kept{Object: name, Hold: "Temporary"}
	case now.Before(until):
		return &Kept{Object: name, Until: until}
	}
	return nil
}

// replaceable refuses to overwrite or delete the live object. With versioning it may always become noncurrent.
func (b *bucket) replaceable(h *history, now time.Time) error {
	if h.live == nil || b.versioned() {
		return nil
	}
	return b.kept(h.live, now)
}
