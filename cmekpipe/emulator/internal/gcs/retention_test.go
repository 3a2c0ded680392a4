package gcs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	raw "google.golang.org/api/storage/v1"
)

const day = 24 * time.Hour

// retaining creates bucket "retaining", which keeps objects for a day, with object "o".
func retaining(t *testing.T, c *cloud) {
	t.Helper()
	c.bucket(t, "retaining", &storage.BucketAttrs{Location: "us-central1", RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: day}})
	mustWrite(t, c.object("retaining", "o"), "data", nil)
}

// destroyers are the calls that delete or overwrite an object.
func destroyers(t *testing.T, c *cloud) map[string]func(*storage.ObjectHandle) error {
	t.Helper()
	mustWrite(t, c.object("plain", "other"), "other", nil)
	drop := func(_ any, err error) error { return err }
	neighbour := func(o *storage.ObjectHandle) *storage.ObjectHandle {
		n := c.object(o.BucketName(), "neighbour")
		_, _ = write(context.Background(), n, "n", nil) // it may be there already and kept
		return n
	}
	return map[string]func(*storage.ObjectHandle) error{
		"delete": func(o *storage.ObjectHandle) error { return o.Delete(t.Context()) },
		"overwrite": func(o *storage.ObjectHandle) error {
			return drop(write(t.Context(), o, strings.Repeat("x", 600<<10), nil)) // resumable
		},
		"rewrite": func(o *storage.ObjectHandle) error {
			return drop(o.CopierFrom(c.object("plain", "other")).Run(t.Context()))
		},
		"copy": func(o *storage.ObjectHandle) error {
			return drop(c.raw.Objects.Copy("plain", "other", o.BucketName(), o.ObjectName(), &raw.Object{}).Do())
		},
		"compose": func(o *storage.ObjectHandle) error { return drop(o.ComposerFrom(neighbour(o)).Run(t.Context())) },
		"compose and delete": func(o *storage.ObjectHandle) error {
			composer := c.object(o.BucketName(), "all").ComposerFrom(o)
			composer.DeleteSourceObjects = true
			return drop(composer.Run(t.Context()))
		},
		"move": func(o *storage.ObjectHandle) error {
			return drop(o.Move(t.Context(), storage.MoveObjectDestination{Object: "moved"}))
		},
		"move over": func(o *storage.ObjectHandle) error {
			return drop(neighbour(o).Move(t.Context(), storage.MoveObjectDestination{Object: o.ObjectName()}))
		},
	}
}

func TestRetentionPolicyKeepsObjects(t *testing.T) {
	c := newCloud(t)
	retaining(t, c)
	o := c.object("retaining", "o")
	for how, do := range destroyers(t, c) {
		err := do(o)
		if err == nil {
			t.Errorf("%s: got no error, want the object kept", how)
			continue
		}
		wantError(t, err, 403, "retentionPolicyNotMet")
		if how != "move over" && !strings.Contains(err.Error(), "Object 'retaining/o' is subject to bucket's retention policy or object retention "+
			"and cannot be deleted or overwritten until 2026-01-03T03:04:05.000006+00:00") {
			t.Errorf("%s: got %v, want Google's text", how, err)
		}
	}
	wantData(t, o, "data")
	if _, err := o.Update(t.Context(), storage.ObjectAttrsToUpdate{ContentType: "text/x"}); err != nil {
		t.Errorf("metadata may change: got %v", err)
	}
	a, err := o.Attrs(t.Context())
	if err != nil || !a.RetentionExpirationTime.Equal(a.Created.Add(day)) {
		t.Errorf("got expiration %v, %v, want a day after %v", a.RetentionExpirationTime, err, a.Created)
	}
	c.clock.advance(day)
	if err := o.Delete(t.Context()); err != nil {
		t.Errorf("delete after a day: got %v", err)
	}
}

func TestPreconditionsPrecedeRetention(t *testing.T) {
	c := newCloud(t)
	retaining(t, c)
	_, err := write(t.Context(), c.object("retaining", "o").If(storage.Conditions{DoesNotExist: true}), "data", nil)
	wantError(t, err, 412, "conditionNotMet")
}

func TestRetentionPolicyAppliesToOlderObjectsAndCanBeRemoved(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "o"), "data", nil)
	c.clock.advance(time.Hour)
	plain := c.Bucket("plain")
	set := func(period time.Duration) *storage.BucketAttrs {
		t.Helper()
		a, err := plain.Update(t.Context(), storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: period}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := set(day)
	wantError(t, c.object("plain", "o").Delete(t.Context()), 403, "retentionPolicyNotMet")
	c.clock.advance(time.Hour)
	if same := set(day); !same.RetentionPolicy.EffectiveTime.Equal(first.RetentionPolicy.EffectiveTime) || first.RetentionPolicy.EffectiveTime.IsZero() {
		t.Errorf("got effective time %v, want that of the policy, %v", same.RetentionPolicy.EffectiveTime, first.RetentionPolicy.EffectiveTime)
	}
	if longer := set(2 * day); !longer.RetentionPolicy.EffectiveTime.After(first.RetentionPolicy.EffectiveTime) {
		t.Errorf("got effective time %v of a longer policy, want a later one", longer.RetentionPolicy.EffectiveTime)
	}
	if none := set(0); none.RetentionPolicy != nil {
		t.Errorf("got %+v, want no policy", none.RetentionPolicy)
	}
	if err := c.object("plain", "o").Delete(t.Context()); err != nil {
		t.Errorf("delete without a policy: got %v", err)
	}
}

func TestLockedRetentionPolicyOnlyGrows(t *testing.T) {
	c := newCloud(t)
	retaining(t, c)
	b := c.Bucket("retaining")
	wantError(t, b.If(storage.BucketConditions{MetagenerationMatch: 9}).LockRetentionPolicy(t.Context()), 412, "conditionNotMet")
	if err := b.If(storage.BucketConditions{MetagenerationMatch: 1}).LockRetentionPolicy(t.Context()); err != nil {
		t.Fatal(err)
	}
	for period, text := range map[time.Duration]string{
		0: "has a locked Retention Policy which cannot be removed", time.Hour: "Cannot reduce retention duration of a locked Retention Policy",
	} {
		_, err := b.Update(t.Context(), storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: period}})
		wantError(t, err, 403, "retentionPolicyNotMet")
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %q", err, text)
		}
	}
	a, err := b.Update(t.Context(), storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: 2 * day}})
	if err != nil || !a.RetentionPolicy.IsLocked || a.RetentionPolicy.RetentionPeriod != 2*day {
		t.Errorf("got %+v, %v, want two days, locked", a, err)
	}
	err = c.Bucket("plain").If(storage.BucketConditions{MetagenerationMatch: 1}).LockRetentionPolicy(t.Context())
	wantError(t, err, 400, "invalid")
}

func TestWithVersioningRetainedObjectsBecomeNoncurrent(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "both", &storage.BucketAttrs{Location: "us-central1", VersioningEnabled: true, RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: day}})
	first := mustWrite(t, c.object("both", "o"), "first", nil)
	mustWrite(t, c.object("both", "o"), "second", nil)
	if err := c.object("both", "o").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	old := c.object("both", "o").Generation(first.Generation)
	wantData(t, old, "first")
	wantError(t, old.Delete(t.Context()), 403, "retentionPolicyNotMet")
}

func TestHoldsKeepObjects(t *testing.T) {
	c := newCloud(t)
	on, off := true, false
	for name, set := range map[string]func(*storage.ObjectAttrsToUpdate, bool){
		"Temporary":   func(u *storage.ObjectAttrsToUpdate, hold bool) { u.TemporaryHold = hold },
		"Event-Based": func(u *storage.ObjectAttrsToUpdate, hold bool) { u.EventBasedHold = hold },
	} {
		o := c.object("plain", name)
		mustWrite(t, o, "data", nil)
		hold := func(h bool) {
			t.Helper()
			var u storage.ObjectAttrsToUpdate
			set(&u, h)
			if _, err := o.Update(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
		hold(on)
		c.clock.advance(1000 * day)
		for how, do := range destroyers(t, c) {
			err := do(o)
			wantError(t, err, 403, "forbidden")
			if !strings.Contains(err.Error(), "Object 'plain/"+name+"' is under active "+name+" hold and cannot be deleted, overwritten or archived until hold is removed.") {
				t.Errorf("%s: got %v, want Google's text", how, err)
			}
		}
		hold(off)
		if err := o.Delete(t.Context()); err != nil {
			t.Errorf("delete after the hold: got %v", err)
		}
	}
}

func TestReleaseOfAnEventBasedHoldStartsTheRetention(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "held", &storage.BucketAttrs{Location: "us-central1", RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: day}})
	if _, err := c.Bucket("held").Update(t.Context(), storage.BucketAttrsToUpdate{DefaultEventBasedHold: true}); err != nil {
		t.Fatal(err)
	}
	o := c.object("held", "o")
	if a := mustWrite(t, o, "data", nil); !a.EventBasedHold || !a.RetentionExpirationTime.IsZero() {
		t.Errorf("got %+v, want the default hold and no expiration", a)
	}
	copied, err := c.object("held", "copy").CopierFrom(o).Run(t.Context())
	if err != nil || !copied.EventBasedHold {
		t.Errorf("copy: got %+v, %v, want the default hold", copied, err)
	}
	if outside, err := c.object("plain", "copy").CopierFrom(o).Run(t.Context()); err != nil || outside.EventBasedHold {
		t.Errorf("copy to another bucket: got %+v, %v, want no hold", outside, err)
	}
	c.clock.advance(10 * day)
	a, err := o.Update(t.Context(), storage.ObjectAttrsToUpdate{EventBasedHold: false})
	if err != nil || !a.RetentionExpirationTime.Equal(c.clock.Now().Add(day).Truncate(time.Millisecond)) {
		t.Errorf("got %v, %v, want a day after the release", a.RetentionExpirationTime, err)
	}
	wantError(t, o.Delete(t.Context()), 403, "retentionPolicyNotMet")
	c.clock.advance(day)
	if err := o.Delete(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestObjectRetention(t *testing.T) {
	c := newCloud(t)
	_, err := write(t.Context(), c.object("plain", "o"), "data", func(w *storage.Writer) {
		w.Retention = &storage.ObjectRetention{Mode: "Unlocked", RetainUntil: c.clock.Now().Add(day)}
	})
	wantError(t, err, 400, "invalid")
	if err := c.Bucket("retained").SetObjectRetention(true).Create(t.Context(), project, &storage.BucketAttrs{Location: "us-central1"}); err != nil {
		t.Fatal(err)
	}
	if a, err := c.Bucket("retained").Attrs(t.Context()); err != nil || a.ObjectRetentionMode != "Enabled" {
		t.Errorf("got mode %q, %v", a.ObjectRetentionMode, err)
	}
	o := c.object("retained", "o")
	mustWrite(t, o, "data", nil)
	set := func(o *storage.ObjectHandle, mode string, until time.Duration) error {
		_, err := o.Update(t.Context(), storage.ObjectAttrsToUpdate{Retention: &storage.ObjectRetention{Mode: mode, RetainUntil: c.clock.Now().Add(until)}})
		return err
	}
	forced := o.OverrideUnlockedRetention(true)
	for i, step := range []struct {
		o     *storage.ObjectHandle
		mode  string
		until time.Duration
		ok    bool
	}{
		{o, "Unlocked", 2 * day, true}, {o, "Unlocked", 3 * day, true}, {o, "Unlocked", day, false}, {forced, "Unlocked", day, true},
		{o, "Locked", day, false}, {forced, "Locked", day, true}, {forced, "Unlocked", 2 * day, false}, {forced, "Locked", time.Hour, false},
		{o, "Locked", 2 * day, true},
	} {
		if err := set(step.o, step.mode, step.until); (err == nil) != step.ok {
			t.Errorf("step %d: got %v, want it allowed: %v", i, err, step.ok)
		}
	}
	wantError(t, o.Delete(t.Context()), 403, "retentionPolicyNotMet")
	c.clock.advance(2 * day)
	if err := o.Delete(t.Context()); err != nil {
		t.Error(err)
	}
}
