package launch

import (
	"context"
	"errors"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedfs/gsurl"
	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// tempDataset begins the name of a query's destination: the dataset's own name is made up on a worker.
const tempDataset = "temporary dataset in project "

func isTempDataset(name string) bool { return strings.HasPrefix(name, tempDataset) }

// destination returns the look at a destination. Which service it is in shows in its name, as the key's own methods read
// it.
func (i *inspector) destination(d Destination) look {
	if project, ok := strings.CutPrefix(d.Name, tempDataset); ok {
		return i.tempDatasets(d, project)
	}
	if o, err := d.Key.Object(d.Name); err == nil {
		switch d.Extent {
		case "shards":
			return i.shards(d, o)
		case "passing":
			return i.folder(d, o)
		}
		return i.object(d.Name, d)
	}
	for _, service := range []func(Destination) (look, bool){topic, spannerDatabase, bigtableTable, datastoreDatabase, fhirStore, bigQueryTable} {
		if l, ok := service(d); ok {
			return l
		}
	}
	return d.look("", func(context.Context, report) error {
		return untold{"got a destination in a form that this version can't look up", "look at its key by hand"}
	})
}

func (d Destination) look(needs string, run func(context.Context, report) error) look {
	return look{d.Name, append([]cmekpipe.KeyName{d.Key}, d.FurtherKeys...), needs, run}
}

// object is the look at one object.
func (i *inspector) object(url string, d Destination) look {
	bucket, name := gsurl.Split(url)
	return d.look("storage.objects.get", func(ctx context.Context, report report) error {
		attrs, err := i.storage.Bucket(bucket).Object(name).Attrs(ctx)
		if err == nil {
			report(url, attrs.KMSKeyName)
		}
		return err
	})
}

// shards is the look at all objects of a sharded write, of which there is one at least.
func (i *inspector) shards(d Destination, o cmekpipe.Object) look {
	return d.look("storage.objects.list", func(ctx context.Context, report report) error {
		seen := 0
		err := i.list(ctx, o.Bucket(), o.Name()+"-", func(attrs *storage.ObjectAttrs) {
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

// folder is the look at whatever lies in a folder.
func (i *inspector) folder(d Destination, o cmekpipe.Object) look {
	return d.look("storage.objects.list", func(ctx context.Context, report report) error {
		return i.list(ctx, o.Bucket(), strings.TrimSuffix(o.Name(), "/")+"/", func(attrs *storage.ObjectAttrs) {
			report("gs://"+o.Bucket()+"/"+attrs.Name, attrs.KMSKeyName)
		})
	})
}

func (i *inspector) list(ctx context.Context, bucket, prefix string, visit func(*storage.ObjectAttrs)) error {
	query := &storage.Query{Prefix: prefix, Projection: storage.ProjectionNoACL}
	if err := query.SetAttrSelection([]string{"Name", "KMSKeyName"}); err != nil {
		return err
	}
	for it := i.storage.Bucket(bucket).Objects(ctx, query); ; {
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
