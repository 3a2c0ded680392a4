package gcs_test

import (
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	raw "google.golang.org/api/storage/v1"
)

// aging creates bucket "aging" with one lifecycle rule.
func aging(t *testing.T, c *cloud, action string, condition storage.LifecycleCondition, more func(*storage.BucketAttrs)) {
	t.Helper()
	attrs := &storage.BucketAttrs{Location: "us-central1", SoftDeletePolicy: &storage.SoftDeletePolicy{},
		Lifecycle: storage.Lifecycle{Rules: []storage.LifecycleRule{{Action: storage.LifecycleAction{Type: action, StorageClass: class(action)}, Condition: condition}}}}
	if more != nil {
		more(attrs)
	}
	c.bucket(t, "aging", attrs)
}

func class(action string) string {
	if action == storage.SetStorageClassAction {
		return "NEARLINE"
	}
	return ""
}

func TestLifecycleDeletesWhatMeetsAllConditions(t *testing.T) {
	const all = "big,in/custom,in/old.tmp,in/old.txt,out/old.tmp"
	for _, tt := range []struct {
		condition storage.LifecycleCondition
		days      int
		left      string
	}{
		{storage.LifecycleCondition{AgeInDays: 10}, 9, all},
		{storage.LifecycleCondition{AgeInDays: 10}, 10, ""},
		{storage.LifecycleCondition{AllObjects: true}, 1, ""},
		{storage.LifecycleCondition{AgeInDays: 1, MatchesPrefix: []string{"in/", "none"}}, 1, "big,out/old.tmp"},
		{storage.LifecycleCondition{AgeInDays: 1, MatchesSuffix: []string{".tmp"}}, 1, "big,in/custom,in/old.txt"},
		{storage.LifecycleCondition{AgeInDays: 1, MatchesPrefix: []string{"in/"}, MatchesSuffix: []string{".tmp"}}, 1, "big,in/custom,in/old.txt,out/old.tmp"},
		{storage.LifecycleCondition{CreatedBefore: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, 1, all},
		{storage.LifecycleCondition{CreatedBefore: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)}, 1, ""},
		{storage.LifecycleCondition{DaysSinceCustomTime: 3}, 2, all},
		{storage.LifecycleCondition{DaysSinceCustomTime: 3}, 3, "big,in/old.tmp,in/old.txt,out/old.tmp"},
		{storage.LifecycleCondition{MatchesStorageClasses: []string{"COLDLINE"}}, 1, "big,in/custom,in/old.tmp,out/old.tmp"},
		{storage.LifecycleCondition{AgeInDays: 1, Liveness: storage.Archived}, 1, all},
	} {
		c := newCloud(t)
		aging(t, c, storage.DeleteAction, tt.condition, nil)
		for name := range strings.SplitSeq(all, ",") {
			mustWrite(t, c.object("aging", name), "data", func(w *storage.Writer) {
				switch name {
				case "in/custom":
					w.CustomTime = c.clock.Now()
				case "in/old.txt":
					w.StorageClass = "COLDLINE"
				}
			})
		}
		c.clock.advance(time.Duration(tt.days) * day)
		if got := strings.ReplaceAll(names(t, c, "aging", nil), " ", ","); got != tt.left {
			t.Errorf("%+v after %d days: got %q left, want %q", tt.condition, tt.days, got, tt.left)
		}
	}
}

func TestLifecycleObeysRetentionAndHolds(t *testing.T) {
	c := newCloud(t)
	aging(t, c, storage.DeleteAction, storage.LifecycleCondition{AgeInDays: 1}, func(a *storage.BucketAttrs) {
		a.RetentionPolicy = &storage.RetentionPolicy{RetentionPeriod: 3 * day}
	})
	mustWrite(t, c.object("aging", "o"), "data", nil)
	mustWrite(t, c.object("aging", "held"), "data", func(w *storage.Writer) { w.TemporaryHold = true })
	for i, want := range []string{"held o", "held o", "held"} {
		c.clock.advance(day)
		if got := names(t, c, "aging", nil); got != want {
			t.Errorf("day %d: got %q, want %q", i+1, got, want)
		}
	}
}

func TestLifecycleOfVersions(t *testing.T) {
	c := newCloud(t)
	aging(t, c, storage.DeleteAction, storage.LifecycleCondition{NumNewerVersions: 2}, func(a *storage.BucketAttrs) { a.VersioningEnabled = true })
	for _, data := range []string{"1", "2", "3", "4"} {
		mustWrite(t, c.object("aging", "o"), data, nil)
	}
	c.clock.advance(time.Hour)
	if got := names(t, c, "aging", &storage.Query{Versions: true}); got != "o o" {
		t.Errorf("got %q, want the live and one noncurrent version", got)
	}
	wantData(t, c.object("aging", "o"), "4")
}

func TestLifecycleMakesLiveVersionsNoncurrentAndRecordsDeletions(t *testing.T) {
	c := newCloud(t)
	aging(t, c, storage.DeleteAction, storage.LifecycleCondition{AgeInDays: 1}, func(a *storage.BucketAttrs) { a.VersioningEnabled = true })
	first := mustWrite(t, c.object("aging", "o"), "data", nil)
	c.clock.advance(day)
	wantNoObject(t, c.object("aging", "o"))
	wantData(t, c.object("aging", "o").Generation(first.Generation), "data")
	c.clock.advance(day)
	c.server.ApplyLifecycle()
	made := objectsMade(c)
	if !made[len(made)-1].Deleted.Equal(c.clock.Now()) {
		t.Errorf("got %+v, want it deleted now", made[len(made)-1])
	}
}

func TestLifecycleSoftDeletesAndChangesClasses(t *testing.T) {
	c := newCloud(t)
	aging(t, c, storage.SetStorageClassAction, storage.LifecycleCondition{AgeInDays: 1}, func(a *storage.BucketAttrs) {
		a.SoftDeletePolicy = nil // Google's default
		a.Lifecycle.Rules = append(a.Lifecycle.Rules, storage.LifecycleRule{Action: storage.LifecycleAction{Type: storage.DeleteAction},
			Condition: storage.LifecycleCondition{AgeInDays: 2}})
	})
	o := c.object("aging", "o")
	made := mustWrite(t, o, "data", nil)
	c.clock.advance(day)
	if a, err := o.Attrs(t.Context()); err != nil || a.StorageClass != "NEARLINE" {
		t.Errorf("got %+v, %v, want NEARLINE", a, err)
	}
	c.clock.advance(day)
	wantNoObject(t, o)
	if _, err := o.Generation(made.Generation).Restore(t.Context(), &storage.RestoreOptions{}); err != nil {
		t.Errorf("restore: got %v", err)
	}
}

func TestBadLifecycleRulesAreRefused(t *testing.T) {
	c := newCloud(t)
	age := int64(1)
	condition := &raw.BucketLifecycleRuleCondition{Age: &age}
	for name, rule := range map[string]*raw.BucketLifecycleRule{
		"no action":      {Condition: condition},
		"no condition":   {Action: &raw.BucketLifecycleRuleAction{Type: "Delete"}, Condition: &raw.BucketLifecycleRuleCondition{}},
		"unknown action": {Action: &raw.BucketLifecycleRuleAction{Type: "Archive"}, Condition: condition},
		"no class":       {Action: &raw.BucketLifecycleRuleAction{Type: "SetStorageClass"}, Condition: condition},
		"bad date":       {Action: &raw.BucketLifecycleRuleAction{Type: "Delete"}, Condition: &raw.BucketLifecycleRuleCondition{CreatedBefore: "soon"}},
	} {
		_, err := c.raw.Buckets.Patch("plain", &raw.Bucket{Lifecycle: &raw.BucketLifecycle{Rule: []*raw.BucketLifecycleRule{rule}}}).Do()
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
