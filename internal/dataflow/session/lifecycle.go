package session

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// CheckStaging finds what a staging bucket does to the files of a launch: lifecycle rules that delete a worker while its job
// runs, and policies that keep the records of launches. Its bucket must have been checked with [Services.KeyedBuckets].
func (s *Services) CheckStaging(ctx context.Context) error {
	place := s.opts.StagingLocation().String()
	bucket, prefix := gsurl.Split(place)
	attrs, err := s.bucket(ctx, bucket)
	if err != nil {
		return err
	}
	for _, r := range attrs.Lifecycle.Rules {
		if when := deletes(r, attrs.StorageClass, prefix); when != "" {
			s.addFinding(ctx, rule.Finding{Rule: rule.StagedFilesExpire, Resource: place,
				Detail: "got a lifecycle rule of gs://" + bucket + " that deletes objects there " + when + "; a job that starts workers after that fails",
				Remedy: "set staging_location to a folder that the rule does not match; read the rules: gcloud storage buckets describe gs://" + bucket + " --format='default(lifecycle_config)'"})
		}
	}
	if kept := keeps(attrs); kept != "" {
		s.addFinding(ctx, rule.Finding{Rule: rule.RecordsStay, Resource: "gs://" + bucket,
			Detail: "got " + kept + ": the records of launches below " + place + " stay, and each later launch lists them",
			Remedy: "set staging_location to a bucket without retention policy and default hold"})
	}
	return nil
}

// deletes says when a rule deletes live objects with a prefix, "" if it does not. Staged files have the bucket's storage class
// and no custom time.
func deletes(r storage.LifecycleRule, class, prefix string) string {
	c := r.Condition
	noncurrent := c.Liveness == storage.Archived || c.NumNewerVersions > 0 || c.DaysSinceNoncurrentTime > 0 || !c.NoncurrentTimeBefore.IsZero()
	custom := c.DaysSinceCustomTime > 0 || !c.CustomTimeBefore.IsZero()
	switch {
	case r.Action.Type != storage.DeleteAction, noncurrent, custom:
		return ""
	case len(c.MatchesStorageClasses) > 0 && !slices.Contains(c.MatchesStorageClasses, class):
		return ""
	case len(c.MatchesPrefix) > 0 && !slices.ContainsFunc(c.MatchesPrefix, func(p string) bool {
		return strings.HasPrefix(p, prefix) || strings.HasPrefix(prefix, p)
	}):
		return ""
	case len(c.MatchesSuffix) > 0 && !slices.ContainsFunc(c.MatchesSuffix, func(suffix string) bool {
		return strings.HasSuffix("/worker", suffix) || strings.HasSuffix("/model", suffix)
	}):
		return ""
	case !c.CreatedBefore.IsZero() && c.CreatedBefore.Before(time.Now()):
		return "" // what is staged now is younger
	case c.AgeInDays > 0:
		return fmt.Sprintf("%d days after they were written", c.AgeInDays)
	}
	return "at once"
}

// keeps says what keeps objects of a bucket from being deleted, "" if nothing does.
func keeps(attrs *storage.BucketAttrs) string {
	switch {
	case attrs.RetentionPolicy != nil && attrs.RetentionPolicy.RetentionPeriod > 0:
		return fmt.Sprintf("a retention policy of %v", attrs.RetentionPolicy.RetentionPeriod)
	case attrs.DefaultEventBasedHold:
		return "a default event-based hold"
	}
	return ""
}
