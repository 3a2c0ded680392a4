package session

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
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

// KeyedBuckets is [Services.Buckets] for places that other programs write to without naming a key: those objects get the
// bucket's default key, which must be the job's.
func (s *Services) KeyedBuckets(ctx context.Context, places ...string) error {
	return s.each(places, func(bucket string) error {
		attrs, err := s.bucket(ctx, bucket)
		if err != nil {
			return err
		}
		var reported string
		if attrs.Encryption != nil {
			reported = attrs.Encryption.DefaultKMSKeyName
		}
		want := []cmekpipe.KeyName{s.opts.Key()}
		if code, cause := keycheck.Compare(want, reported); code != "" {
			return keycheck.Refusal(s.Jobs.Op, "gs://"+bucket, want, code,
				"objects that are written there without a key get the bucket's default key: "+cause)
		}
		return nil
	})
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

func (s *Services) bucket(ctx context.Context, bucket string) (*storage.BucketAttrs, error) {
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
	return attrs, keycheck.Location(s.Jobs.Op, "gs://"+bucket, key, answer)
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
