package launch

import (
	"context"
	"errors"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/staging"
)

// checkBuckets makes sure that the buckets of staging, temp and template exist, where the key can serve them. It never creates one.
func (l *launcher) checkBuckets(ctx context.Context, client *storage.Client) error {
	config := l.opts.Config()
	checked := make(map[string]bool)
	places := []string{config.StagingLocation, config.TempLocation}
	if l.makesTemplate() {
		places = append(places, config.TemplateLocation)
	}
	for _, place := range places {
		bucket, _ := staging.SplitPlace(place)
		if checked[bucket] {
			continue
		}
		checked[bucket] = true
		if err := l.checkBucket(ctx, client, bucket); err != nil {
			return err
		}
	}
	return nil
}

func (l *launcher) checkBucket(ctx context.Context, client *storage.Client, bucket string) error {
	defer l.progress.Step("looking at gs://" + bucket)()
	attrs, err := client.Bucket(bucket).Attrs(ctx)
	if err != nil {
		return bucketError(ctx, "gs://"+bucket, l.opts.Key(), err)
	}
	key := l.opts.Key()
	switch answer := location.ForBucket(key.Location(), attrs.Location); answer.Verdict {
	case location.Serves:
		return nil
	case location.Unsure:
		l.logger.WarnContext(ctx, "cmekpipe: it is not known whether the key's location serves the bucket's",
			"bucket", bucket, "location", attrs.Location, "key", key.String(), "why", answer.Why)
		return nil
	default:
		return &cmekpipe.Error{Op: op, Code: cmekpipe.LocationMismatch, Resource: "gs://" + bucket,
			Hint: "use a bucket in " + key.Location() + ", where the job and its key are",
			Err:  errors.New("got a bucket in " + attrs.Location + ": " + answer.Why)}
	}
}

// bucketError says which permission it takes, because "can't see" is not "missing".
func bucketError(ctx context.Context, bucket string, key cmekpipe.KeyName, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = gcperr.Wrap(op, bucket, key, err)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Code == cmekpipe.PermissionDenied {
		e.Hint = "grant the caller storage.buckets.get on " + bucket
	}
	return err
}
