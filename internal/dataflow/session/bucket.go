package session

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
)

// Buckets makes sure that the buckets of some places, gs:// URLs, exist where the key can serve them. It never creates
// one.
func (s *Services) Buckets(ctx context.Context, places ...string) error {
	return s.each(places, func(bucket string) error {
		_, err := s.bucket(ctx, bucket)
		return err
	})
}

// KeyedBuckets is [Services.Buckets] for places that others write to without naming a key: what they write rests under
// the bucket's default key, which must be the job's.
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
		if e := keycheck.Compare(s.Jobs.Op, "gs://"+bucket, reported, s.opts.Key()); e != nil {
			e.Err = errors.New("what is written there without a key rests under the bucket's default key: " + e.Err.Error())
			e.Hint = "gcloud storage buckets update gs://" + bucket + " --default-encryption-key=" + s.opts.Key().String()
			return e
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
	defer s.Progress.Step("looking at gs://" + bucket)()
	attrs, err := s.Storage.Bucket(bucket).Attrs(ctx)
	if err != nil {
		return nil, s.bucketError(ctx, "gs://"+bucket, err)
	}
	key := s.opts.Key()
	switch answer := location.ForBucket(key.Location(), attrs.Location); answer.Fit {
	case location.Serves:
		return attrs, nil
	case location.Unsure:
		s.Logger.WarnContext(ctx, "cmekpipe: it is not known whether the key's location serves the bucket's",
			"bucket", bucket, "location", attrs.Location, "key", key.String(), "why", answer.Why)
		return attrs, nil
	default:
		return nil, &cmekpipe.Error{Op: s.Jobs.Op, Code: cmekpipe.LocationMismatch, Resource: "gs://" + bucket,
			Hint: "use a bucket in " + key.Location() + ", where the job and its key are",
			Err:  errors.New("got a bucket in " + attrs.Location + ": " + answer.Why)}
	}
}

// bucketError says which permission it takes, because "can't see" is not "missing".
func (s *Services) bucketError(ctx context.Context, bucket string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = gcperr.Wrap(s.Jobs.Op, bucket, s.opts.Key(), err)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
		e.Hint = "grant the caller storage.buckets.get on " + bucket
	}
	return err
}
