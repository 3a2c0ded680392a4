package session

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// Buckets checks that the buckets of some places, gs:// URLs, exist in a location that the key can protect. It never creates
// a bucket.
func (s *Services) Buckets(ctx context.Context, places ...string) error {
	return s.each(places, func(bucket string) error {
		_, err := s.bucket(ctx, bucket)
		return err
	})
}

// KeyedBuckets is [Services.Buckets] for places that Dataflow and its workers write to without naming a key. Those objects get
// the bucket's default key: a bucket without one is refused, unless that is waived. One whose default is another customer key
// than the job's is a finding.
func (s *Services) KeyedBuckets(ctx context.Context, places ...string) error {
	return s.each(places, func(bucket string) error {
		attrs, err := s.bucket(ctx, bucket)
		if err != nil {
			return err
		}
		return s.checkDefaultKey(ctx, bucket, attrs)
	})
}

func (s *Services) checkDefaultKey(ctx context.Context, bucket string, attrs *storage.BucketAttrs) error {
	var reported string
	if attrs.Encryption != nil {
		reported = attrs.Encryption.DefaultKMSKeyName
	}
	want := []cmekpipe.KeyName{s.opts.Key()}
	code, cause := keycheck.Compare(want, reported)
	if code == "" {
		return nil
	}
	refusal := keycheck.Refusal(s.Jobs.Op, "gs://"+bucket, want, code,
		"objects that are written there without a key get the bucket's default key: "+cause)
	if code != cmekpipe.KeyMissing {
		s.addFinding(ctx, rule.Finding{Rule: rule.BucketDefaultKey, Resource: refusal.Resource, Detail: refusal.Err.Error(), Remedy: refusal.Hint})
		return nil
	}
	if reason := s.Waived(rule.BucketDefaultKey); reason != "" {
		s.addFinding(ctx, rule.Finding{Rule: rule.BucketDefaultKey, Resource: refusal.Resource,
			Detail: refusal.Err.Error() + "; waived: " + reason, Remedy: refusal.Hint})
		return nil
	}
	return refusal
}

// addFinding adds a finding to those of the launch, once, and warns of it.
func (s *Services) addFinding(ctx context.Context, f rule.Finding) {
	for _, known := range s.Findings {
		if known == f {
			return
		}
	}
	s.Findings = append(s.Findings, f)
	s.Warn(ctx, f)
}

// Warn logs a finding, unless it is a notice.
func (s *Services) Warn(ctx context.Context, f rule.Finding) {
	if r, ok := rule.Find(f.Rule); ok && r.Severity != rule.SeverityNotice {
		s.Logger.WarnContext(ctx, "cmekpipe: "+r.Title, "rule", string(f.Rule), "resource", f.Resource, "detail", f.Detail, "remedy", f.Remedy)
	}
}

// each visits every bucket once, in the order of the places.
func (s *Services) each(places []string, visit func(bucket string) error) error {
	visited := make(map[string]bool)
	for _, place := range places {
		bucket, _ := gsurl.Split(place)
		if visited[bucket] {
			continue
		}
		visited[bucket] = true
		if err := visit(bucket); err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket, once in a launch, and checks its location.
func (s *Services) bucket(ctx context.Context, bucket string) (*storage.BucketAttrs, error) {
	if attrs := s.buckets[bucket]; attrs != nil {
		return attrs, nil
	}
	defer s.Progress.Step("checking gs://" + bucket)()
	attrs, err := s.Storage.Bucket(bucket).Attrs(ctx)
	if err != nil {
		return nil, s.bucketError(ctx, "gs://"+bucket, err)
	}
	key := s.opts.Key()
	answer := location.ForBucket(key.Location(), attrs.Location)
	if answer.Fit == location.Unsure {
		s.Logger.WarnContext(ctx, "cmekpipe: it is not known whether the key's location serves the bucket's",
			"bucket", bucket, "location", attrs.Location, "key", key.String(), "why", answer.Why)
	}
	if err := keycheck.Location(s.Jobs.Op, "gs://"+bucket, key, answer); err != nil {
		return nil, err
	}
	s.buckets[bucket] = attrs
	return attrs, nil
}

// bucketError names the permission that is missing, because "cannot see" is not "missing".
func (s *Services) bucketError(ctx context.Context, bucket string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = gcperr.Wrap(s.Jobs.Op, bucket, s.opts.Key(), err)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
		e.Hint = explain.Remedy(explain.Case{Code: e.Code, Resource: bucket, Message: err.Error(), Permission: "storage.buckets.get"})
	}
	return err
}

// OwnBucket reports whether a bucket is one of the options', or in the same project as theirs. A bucket that the caller may not
// read is another's.
func (s *Services) OwnBucket(ctx context.Context, name string) (bool, error) {
	if s.buckets[name] != nil {
		return true, nil
	}
	attrs, err := s.Storage.Bucket(name).Attrs(ctx)
	if err != nil {
		code := gcperr.Code(err)
		if ctx.Err() == nil && (code == cmekpipe.PermissionDenied || code == cmekpipe.NotFound) {
			return false, nil
		}
		return false, s.bucketError(ctx, "gs://"+name, err)
	}
	for _, own := range s.buckets {
		if own.ProjectNumber == attrs.ProjectNumber {
			return true, nil
		}
	}
	return false, nil
}
