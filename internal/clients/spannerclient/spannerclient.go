// Package spannerclient creates clients of Spanner and reads which keys a database reports. The clients themselves read
// SPANNER_EMULATOR_HOST.
package spannerclient

import (
	"context"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
)

// New returns a client of the rows of a database, named "projects/P/instances/I/databases/D". It sends no metrics of its
// own to Cloud Monitoring.
func New(ctx context.Context, name string) (*spanner.Client, error) {
	return spanner.NewClientWithConfig(ctx, name, spanner.ClientConfig{DisableNativeMetrics: true})
}

// Databases returns a client that administers databases. Its GetDatabase is retried for [endpoint.MaxReadTime].
func Databases(ctx context.Context) (*database.DatabaseAdminClient, error) {
	client, err := database.NewDatabaseAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	client.CallOptions.GetDatabase = append(client.CallOptions.GetDatabase, endpoint.Retry(), gax.WithTimeout(endpoint.MaxReadTime))
	return client, nil
}

// Instances returns a client that administers instances. Its GetInstance is retried for [endpoint.MaxReadTime].
func Instances(ctx context.Context) (*instance.InstanceAdminClient, error) {
	client, err := instance.NewInstanceAdminClient(ctx)
	if err != nil {
		return nil, err
	}
	client.CallOptions.GetInstance = append(client.CallOptions.GetInstance, endpoint.Retry(), gax.WithTimeout(endpoint.MaxReadTime))
	return client, nil
}
