package gcs

import (
	"net/http"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// The modes of an object's retention.
const (
	unlockedMode = "Unlocked"
	lockedMode   = "Locked"
)

// checkSettings refuses settings of a new object that its bucket does not allow.
func checkSettings(b *store.Bucket, o *raw.Object, now time.Time) error {
	if _, err := time.Parse(time.RFC3339, o.CustomTime); o.CustomTime != "" && err != nil {
		return invalid("Invalid customTime: got %q, want a time as in RFC 3339", o.CustomTime)
	}
	r := o.Retention
	if r == nil {
		return nil
	}
	if b.Attrs.ObjectRetention == nil {
		return invalid("Object retention is not enabled for bucket '%s'.", b.Name())
	}
	if o.EventBasedHold {
		return invalid("An object can't have both an event-based hold and a retention configuration.")
	}
	until, err := time.Parse(time.RFC3339, r.RetainUntilTime)
	if err != nil || r.Mode != unlockedMode && r.Mode != lockedMode {
		return invalid("Invalid retention: got mode %q until %q, want Unlocked or Locked and a time as in RFC 3339", r.Mode,
			r.RetainUntilTime)
	}
	if until.Before(now) {
		return invalid("Invalid retention: got %s, want a time in the future", r.RetainUntilTime)
	}
	return nil
}

// checkChange refuses changes of an object's settings that Google refuses.
func (c *call) checkChange(b *store.Bucket, old, changed raw.Object, now time.Time) error {
	if err := checkCustomTime(old.CustomTime, changed.CustomTime); err != nil {
		return err
	}
	if err := c.checkRetentionChange(old.Retention, changed.Retention); err != nil {
		return err
	}
	if old.Retention != nil && sameRetention(old.Retention, changed.Retention) {
		kept := changed
		kept.Retention = nil // it may have ended since
		return checkSettings(b, &kept, now)
	}
	return checkSettings(b, &changed, now)
}

func sameRetention(a, b *raw.ObjectRetention) bool {
	return b != nil && a.Mode == b.Mode && a.RetainUntilTime == b.RetainUntilTime
}

// checkCustomTime refuses to remove a custom time or to set an earlier one.
func checkCustomTime(old, changed string) error {
	was, err := time.Parse(time.RFC3339, old)
	if err != nil {
		return nil
	}
	if is, err := time.Parse(time.RFC3339, changed); err != nil || is.Before(was) {
		return invalid("Custom time of an object can't be removed or set to an earlier time: got %q, want %s or later", changed, old)
	}
	return nil
}

// checkRetentionChange refuses to weaken a locked retention, and an unlocked one unless the call says so.
func (c *call) checkRetentionChange(old, changed *raw.ObjectRetention) error {
	if old == nil || sameRetention(old, changed) {
		return nil
	}
	until := func(r *raw.ObjectRetention) time.Time {
		t, _ := time.Parse(time.RFC3339, r.RetainUntilTime) // the zero time of a malformed one is earlier
		return t
	}
	weaker := changed == nil || until(changed).Before(until(old))
	if old.Mode == lockedMode && (weaker || changed.Mode != lockedMode) {
		return core.Refusal(http.StatusForbidden, "forbidden", "Object '"+c.bucket+"/"+c.object+"' is under locked retention "+
			"that can neither be removed nor reduced.")
	}
	if old.Mode == unlockedMode && (weaker || changed.Mode != unlockedMode) && !c.flag("overrideUnlockedRetention") {
		return core.Refusal(http.StatusForbidden, "forbidden", "Object '"+c.bucket+"/"+c.object+"' is under unlocked retention: "+
			"set overrideUnlockedRetention to remove, reduce or lock it.")
	}
	return nil
}
