package store

import (
	"regexp"
	"slices"
	"strings"
	"time"

	raw "google.golang.org/api/storage/v1"
)

// sweepEvery is how often the lifecycle rules of a bucket apply at most, by the cloud's clock.
const sweepEvery = time.Minute

// The actions of lifecycle rules that change objects.
const (
	DeleteAction   = "Delete"
	SetClassAction = "SetStorageClass"
)

// DateFormat is the form of dates in lifecycle conditions. A date is its midnight in UTC.
const DateFormat = time.DateOnly

// Sweep applies the lifecycle rules of all buckets.
func (s *Store) Sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.buckets {
		s.sweep(b)
	}
}

// sweep applies the lifecycle rules of a bucket unless it did so a short time ago: Google's service applies them
// asynchronously.
func (s *Store) sweep(b *bucket) {
	now := s.env.Now()
	if b.Attrs.Lifecycle == nil || !b.swept.IsZero() && now.Sub(b.swept) < sweepEvery {
		return
	}
	b.swept = now
	for _, name := range slices.Clone(b.names) {
		h := b.history(name, now)
		old, newer := slices.Clone(h.old), 0
		if h.live != nil {
			newer = 1
			s.age(b, h, *h.live, 0, now)
		}
		for _, o := range slices.Backward(old) {
			s.age(b, h, *o, newer, now)
			newer++
		}
		b.keep(name, h)
	}
}

// age applies the rules to one generation that has some newer ones. Deletion precedes a change of the storage class.
func (s *Store) age(b *bucket, h *history, o Object, newer int, now time.Time) {
	class := ""
	for _, rule := range b.Attrs.Lifecycle.Rule {
		if !matches(rule.Condition, &o, newer, now) {
			continue
		}
		switch rule.Action.Type {
		case DeleteAction:
			s.expire(b, h, &o, now)
			return
		case SetClassAction:
			class = rule.Action.StorageClass
		}
	}
	if class == "" || class == o.Settings.StorageClass {
		return
	}
	o.Settings.StorageClass, o.Updated = class, now
	if slot := b.slot(o.Name, o.Generation); slot != nil {
		*slot = &o
	}
}

// expire deletes a generation as a caller would, but leaves one that a hold or a retention protects.
func (s *Store) expire(b *bucket, h *history, o *Object, now time.Time) {
	live := h.live != nil && h.live.Generation == o.Generation
	if live && b.versioned() {
		s.retire(b, h, now)
		return
	}
	if b.kept(o, now) == nil {
		s.remove(b, o.Name, o.Generation, now)
	}
}

// matches reports whether a generation meets every condition of a rule.
func matches(c *raw.BucketLifecycleRuleCondition, o *Object, newer int, now time.Time) bool {
	live := o.Deleted.IsZero()
	custom, _ := time.Parse(time.RFC3339, o.Settings.CustomTime) // checked when it was set
	days := func(n int64) time.Duration { return time.Duration(n) * 24 * time.Hour }
	olderThan := func(from time.Time, n int64) bool {
		return n == 0 || !from.IsZero() && !now.Before(from.Add(days(n)))
	}
	before := func(from time.Time, date string) bool {
		limit, err := time.Parse(DateFormat, date)
		return date == "" || err == nil && !from.IsZero() && from.Before(limit)
	}
	size := o.Data.Size()
	return (c.Age == nil || !now.Before(o.Created.Add(days(*c.Age)))) &&
		before(o.Created, c.CreatedBefore) &&
		before(custom, c.CustomTimeBefore) && olderThan(custom, c.DaysSinceCustomTime) &&
		before(o.Deleted, c.NoncurrentTimeBefore) && olderThan(o.Deleted, c.DaysSinceNoncurrentTime) &&
		(c.IsLive == nil || *c.IsLive == live) && int64(newer) >= c.NumNewerVersions &&
		(c.SizeAboveBytes == 0 || size > c.SizeAboveBytes) && (c.SizeBelowBytes == 0 || size < c.SizeBelowBytes) &&
		(len(c.MatchesStorageClass) == 0 || slices.Contains(c.MatchesStorageClass, o.Settings.StorageClass)) &&
		matchesName(c, o.Name)
}

func matchesName(c *raw.BucketLifecycleRuleCondition, name string) bool {
	begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	ends := func(suffix string) bool { return strings.HasSuffix(name, suffix) }
	if c.MatchesPattern != "" {
		if pattern, err := regexp.Compile(c.MatchesPattern); err != nil || !pattern.MatchString(name) {
			return false
		}
	}
	return (len(c.MatchesPrefix) == 0 || slices.ContainsFunc(c.MatchesPrefix, begins)) &&
		(len(c.MatchesSuffix) == 0 || slices.ContainsFunc(c.MatchesSuffix, ends))
}
