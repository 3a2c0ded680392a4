package gcs

import (
	"net/http"
	"regexp"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// mostRetention is the longest retention period in seconds, 100 years. Source:
// https://docs.cloud.google.com/storage/docs/bucket-lock.
const mostRetention = 3_155_760_000

// lockBucket locks the retention policy of a bucket for ever.
func (s *Server) lockBucket(c *call) error {
	conditions, err := c.conditions("if")
	if err != nil {
		return err
	}
	if conditions.Metageneration == nil {
		return required("ifMetagenerationMatch")
	}
	b, err := s.store.UpdateBucket(c.bucket, conditions, func(old *store.Bucket) (*store.Bucket, error) {
		p := old.Attrs.RetentionPolicy
		if p == nil {
			return nil, invalid("The bucket '%s' has no retention policy to lock.", old.Name())
		}
		locked := *p
		locked.IsLocked = true
		changed := *old
		changed.Attrs.RetentionPolicy, changed.Attrs.Updated = &locked, formatTime(s.env.Now())
		return &changed, nil
	})
	if err != nil {
		return err
	}
	return c.json(c.bucketResource(b))
}

// completeRetention checks the new retention policy of a bucket and sets what the server itself decides. Old is the
// bucket's previous one.
func completeRetention(a *raw.Bucket, old *raw.BucketRetentionPolicy, now time.Time) error {
	p := a.RetentionPolicy
	if p != nil && p.RetentionPeriod == 0 && !isLocked(old) {
		a.RetentionPolicy, p = nil, nil
	}
	if isLocked(old) {
		switch {
		case p == nil || p.RetentionPeriod == 0:
			return core.Refusal(http.StatusForbidden, retentionNotMet,
				"Bucket '"+a.Name+"' has a locked Retention Policy which cannot be removed.")
		case p.RetentionPeriod < old.RetentionPeriod:
			return core.Refusal(http.StatusForbidden, retentionNotMet,
				"Cannot reduce retention duration of a locked Retention Policy for bucket '"+a.Name+"'.")
		}
	}
	if p == nil {
		return nil
	}
	if p.RetentionPeriod < 0 || p.RetentionPeriod >= mostRetention {
		return invalid("Invalid retentionPeriod: got %d seconds, want from 1 to less than %d", p.RetentionPeriod, int64(mostRetention))
	}
	p.IsLocked = isLocked(old)
	p.EffectiveTime = formatTime(now)
	if old != nil && old.RetentionPeriod == p.RetentionPeriod {
		p.EffectiveTime = old.EffectiveTime
	}
	return nil
}

func isLocked(p *raw.BucketRetentionPolicy) bool { return p != nil && p.IsLocked }

// completeAutoclass sets the times of Autoclass when it or its terminal class changes.
func completeAutoclass(a *raw.Bucket, old *raw.BucketAutoclass, now time.Time) {
	if a.Autoclass == nil {
		return
	}
	if old == nil {
		old = &raw.BucketAutoclass{}
	}
	c, at := *a.Autoclass, formatTime(now)
	c.ToggleTime, c.TerminalStorageClassUpdateTime = old.ToggleTime, old.TerminalStorageClassUpdateTime
	if c.Enabled != old.Enabled || c.ToggleTime == "" {
		c.ToggleTime = at
	}
	if c.Enabled && c.TerminalStorageClass == "" {
		c.TerminalStorageClass = "NEARLINE"
	}
	if c.TerminalStorageClass != old.TerminalStorageClass {
		c.TerminalStorageClassUpdateTime = at
	}
	a.Autoclass = &c
}

// checkLifecycle refuses lifecycle rules that Google refuses.
func checkLifecycle(l *raw.BucketLifecycle) error {
	if l == nil {
		return nil
	}
	for _, rule := range l.Rule {
		if rule.Action == nil || rule.Condition == nil {
			return required("lifecycle.rule.action and lifecycle.rule.condition")
		}
		switch t := rule.Action.Type; {
		case t == store.SetClassAction && rule.Action.StorageClass == "":
			return required("lifecycle.rule.action.storageClass")
		case t != store.DeleteAction && t != store.SetClassAction && t != "AbortIncompleteMultipartUpload":
			return invalid("Invalid lifecycle action: got %q, want Delete, SetStorageClass or AbortIncompleteMultipartUpload", t)
		}
		if text, err := rule.Condition.MarshalJSON(); err != nil || string(text) == "{}" {
			return invalid("A lifecycle rule needs at least one condition.")
		}
		if err := checkCondition(rule.Condition); err != nil {
			return err
		}
	}
	return nil
}

func checkCondition(c *raw.BucketLifecycleRuleCondition) error {
	for _, date := range []string{c.CreatedBefore, c.CustomTimeBefore, c.NoncurrentTimeBefore} {
		if _, err := time.Parse(store.DateFormat, date); date != "" && err != nil {
			return invalid("Invalid date in a lifecycle condition: got %q, want the form 2013-01-15", date)
		}
	}
	if _, err := regexp.Compile(c.MatchesPattern); err != nil {
		return invalid("Invalid matchesPattern: %v", err)
	}
	if c.Age != nil && *c.Age < 0 || c.DaysSinceCustomTime < 0 || c.DaysSinceNoncurrentTime < 0 || c.NumNewerVersions < 0 {
		return invalid("Invalid number in a lifecycle condition: want 0 or more")
	}
	return nil
}
