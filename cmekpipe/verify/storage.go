package verify

import (
	"context"
	"errors"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// object is the check of one object.
func (v *verifier) object(d plan.Destination) check {
	o, err := d.Key.Object(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "storage.objects.get", func(ctx context.Context, report report) error {
		attrs, err := v.storage.Bucket(o.Bucket()).Object(o.Name()).Attrs(ctx)
		if err == nil {
			report(d.Name, attrs.KMSKeyName)
		}
		return err
	})
}

// shards is the check of all objects of a sharded write, of which there is at least one.
func (v *verifier) shards(d plan.Destination) check {
	o, err := d.Key.Object(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "storage.objects.list", func(ctx context.Context, report report) error {
		seen := 0
		err := v.list(ctx, o.Bucket(), o.Name()+"-", func(attrs *storage.ObjectAttrs) {
			if shards.IsShard(o.Name(), attrs.Name) {
				seen++
				report("gs://"+o.Bucket()+"/"+attrs.Name, attrs.KMSKeyName)
			}
		})
		if err == nil && seen == 0 {
			return errMissing()
		}
		return err
	})
}

// folder is the check of the objects in a folder.
func (v *verifier) folder(d plan.Destination) check {
	o, err := d.Key.Object(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "storage.objects.list", func(ctx context.Context, report report) error {
		return v.list(ctx, o.Bucket(), strings.TrimSuffix(o.Name(), "/")+"/", func(attrs *storage.ObjectAttrs) {
			report("gs://"+o.Bucket()+"/"+attrs.Name, attrs.KMSKeyName)
		})
	})
}

// temp is the check of everything in the temp location, where workers write without naming a key. Below the staging location
// there may be files of launches with other keys, which those launches have named.
func (v *verifier) temp() check {
	bucket, prefix := gsurl.Split(v.plan.TempLocation)
	staged := strings.TrimSuffix(v.plan.StagingLocation, "/") + "/cmekpipe/"
	d := plan.Destination{Kind: cmekpipe.KindTemporaryFolder, Name: v.plan.TempLocation, Key: v.plan.Key}
	return newCheck(d, "storage.objects.list", func(ctx context.Context, report report) error {
		if prefix = strings.TrimSuffix(prefix, "/"); prefix != "" {
			prefix += "/"
		}
		return v.list(ctx, bucket, prefix, func(attrs *storage.ObjectAttrs) {
			url := "gs://" + bucket + "/" + attrs.Name
			if attrs.KMSKeyName == "" || !strings.HasPrefix(url, staged) {
				report(url, attrs.KMSKeyName)
			}
		})
	})
}

func (v *verifier) list(ctx context.Context, bucket, prefix string, visit func(*storage.ObjectAttrs)) error {
	query := &storage.Query{Prefix: prefix, Projection: storage.ProjectionNoACL}
	if err := query.SetAttrSelection([]string{"Name", "KMSKeyName"}); err != nil {
		return err
	}
	for it := v.storage.Bucket(bucket).Objects(ctx, query); ; {
		switch attrs, err := it.Next(); {
		case errors.Is(err, iterator.Done):
			return nil
		case err != nil:
			return err
		default:
			visit(attrs)
		}
	}
}
