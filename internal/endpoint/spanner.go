package endpoint

import (
	"context"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"github.com/googleapis/gax-go/v2"
)

// Spanner returns a client of the rows of a database, named "projects/P/instances/I/databases/D". It sends no metrics of
// its own to Cloud Monitoring.
func Spanner(ctx context.Context, name string) (*spanner.Client, error) {
	return spanner.NewClientWithConfig(ctx, name, spanner.ClientConfig{DisableNativeMetrics: true})
}

// SpannerDatabases returns a client that administers Spanner databases.
func SpannerDatabases(ctx context.Context) (*database.DatabaseAdminClient, error) {
	client, err := database.NewDatabaseAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	client.CallOptions.GetDatabase = append(client.CallOptions.GetDatabase, again(), gax.WithTimeout(lookTime))
	return client, nil
}

// SpannerInstances returns a client that administers Spanner instances.
func SpannerInstances(ctx context.Context) (*instance.InstanceAdminClient, error) {
	client, err := instance.NewInstanceAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	client.CallOptions.GetInstance = append(client.CallOptions.GetInstance, again(), gax.WithTimeout(lookTime))
	return client, nil
}
