package verify

import (
	"context"
	"errors"
	"strings"

	"cloud.google.com/go/bigtable/admin/apiv2/adminpb"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigtableclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/firestoreclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/healthcareclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/pubsubclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/spannerclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func pubSubTopic(d plan.Destination) check {
	t, err := d.Key.PubSubTopic(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "pubsub.topics.get", func(ctx context.Context, report report) error {
		client, err := pubsubclient.Topics(ctx)
		if err != nil {
			return err
		}
		defer client.Close() //nolint:errcheck // nothing was written
		found, err := client.GetTopic(ctx, &pubsubpb.GetTopicRequest{Topic: t.String()})
		if err == nil {
			report(d.Name, found.GetKmsKeyName())
		}
		return err
	})
}

func spannerDatabase(d plan.Destination) check {
	db, err := d.Key.SpannerDatabase(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "spanner.databases.get", func(ctx context.Context, report report) error {
		client, err := spannerclient.Databases(ctx)
		if err != nil {
			return err
		}
		defer client.Close() //nolint:errcheck // nothing was written
		found, err := client.GetDatabase(ctx, &databasepb.GetDatabaseRequest{Name: db.String()})
		if err != nil {
			return err
		}
		keys := spannerclient.Keys(found)
		if len(keys) == 0 {
			keys = []string{""}
		}
		report.all(d.Name, append(keys, spannerclient.KeysInUse(found)...))
		return nil
	})
}

func bigtableTable(d plan.Destination) check {
	t, err := d.Key.BigtableTable(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "bigtable.tables.get and bigtable.clusters.list", func(ctx context.Context, report report) error {
		tables, err := bigtableclient.Tables(ctx)
		if err != nil {
			return err
		}
		defer tables.Close() //nolint:errcheck // nothing was written
		if _, err := tables.GetTable(ctx, &adminpb.GetTableRequest{Name: t.String(), View: adminpb.Table_ENCRYPTION_VIEW}); err != nil {
			return err
		}
		instances, err := bigtableclient.Instances(ctx)
		if err != nil {
			return err
		}
		defer instances.Close() //nolint:errcheck // nothing was written
		parent, _, _ := strings.Cut(t.String(), "/tables/")
		found, err := instances.ListClusters(ctx, &adminpb.ListClustersRequest{Parent: parent})
		if err != nil {
			return err
		}
		if unseen := found.GetFailedLocations(); len(unseen) > 0 {
			return undetermined{"could not read the clusters in " + strings.Join(unseen, ", "), "verify again when Bigtable shows all clusters"}
		}
		keys := bigtableclient.Keys(found)
		if len(keys) == 0 {
			return undetermined{"got no clusters of the table's instance", "verify again when Bigtable shows its clusters"}
		}
		report.all(d.Name, keys)
		return nil
	})
}

func datastoreDatabase(d plan.Destination) check {
	db, err := d.Key.DatastoreDatabase(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "datastore.databases.getMetadata", func(ctx context.Context, report report) error {
		admin, err := firestoreclient.Admin(ctx)
		if err != nil {
			return err
		}
		found, err := admin.Projects.Databases.Get(db.String()).Context(ctx).Do()
		if err == nil {
			report.all(d.Name, firestoreclient.Keys(found))
		}
		return err
	})
}

func fhirStore(d plan.Destination) check {
	store, err := d.Key.FHIRStore(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "healthcare.fhirStores.get and healthcare.datasets.get", func(ctx context.Context, report report) error {
		service, err := healthcareclient.New(ctx)
		if err != nil {
			return err
		}
		datasets := service.Projects.Locations.Datasets
		found, err := datasets.Get(store.DatasetName()).Context(ctx).Do()
		if err != nil {
			return err
		}
		if _, err := datasets.FhirStores.Get(store.String()).Context(ctx).Do(); err != nil {
			return err
		}
		report(d.Name, healthcareclient.Key(found))
		return nil
	})
}

func bigQueryTable(d plan.Destination) check {
	t, err := d.Key.BigQueryTable(d.Name)
	if err != nil {
		return unknown(d, err)
	}
	return newCheck(d, "bigquery.tables.get", func(ctx context.Context, report report) error {
		client, err := bigqueryclient.New(ctx, t.Project())
		if err != nil {
			return err
		}
		defer client.Close() //nolint:errcheck // nothing was written
		meta, err := client.DatasetInProject(t.Project(), t.Dataset()).Table(t.ID()).Metadata(ctx)
		if err == nil {
			report(d.Name, bigqueryclient.Key(meta.EncryptionConfig))
		}
		return err
	})
}

// temporaryPrefix begins the names of the datasets that package bigqueryio makes for queries.
const temporaryPrefix = "cmekpipe_temp_"

// temporaryDatasets is the check of the datasets that queries of this module left in a project. Each has the key of the
// pipeline that made it, which need not be this one, but none is without.
func temporaryDatasets(d plan.Destination) check {
	project := d.Name
	return newCheck(d, "bigquery.datasets.get", func(ctx context.Context, report report) error {
		client, err := bigqueryclient.New(ctx, project)
		if err != nil {
			return err
		}
		defer client.Close() //nolint:errcheck // nothing was written
		for it := client.Datasets(ctx); ; {
			dataset, err := it.Next()
			if errors.Is(err, iterator.Done) {
				return nil
			}
			if err != nil {
				return err
			}
			if !strings.HasPrefix(dataset.DatasetID, temporaryPrefix) {
				continue
			}
			meta, err := dataset.Metadata(ctx)
			if gcperr.IsNotFound(err) {
				continue // a query that ended since the list deleted it
			}
			if err != nil {
				return err
			}
			if bigqueryclient.Key(meta.DefaultEncryptionConfig) == "" {
				report(project+"."+dataset.DatasetID, "")
			}
		}
	})
}
