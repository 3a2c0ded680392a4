// Package spannerclient creates clients of Spanner and reads which keys a database reports. The clients themselves read
// SPANNER_EMULATOR_HOST.
package spannerclient

import (
	"context"
	"os"

	"cloud.google.com/go/spanner"
	database "cloud.google.com/go/spanner/admin/database/apiv1"
	instance "cloud.google.com/go/spanner/admin/instance/apiv1"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
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

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.SpannerHost) }

// Shared returns the process's client of [New] for a database.
func Shared(ctx context.Context, name string) (*spanner.Client, error) {
	return shared.Client(ctx, rowsID(name), func(ctx context.Context) (*spanner.Client, error) { return New(ctx, name) })
}

// Discard makes [Shared] return another client for a database. A client keeps a session, and that of a database that was
// deleted and created again is never found again.
func Discard(ctx context.Context, name string, client *spanner.Client) {
	shared.Discard(ctx, rowsID(name), client)
}

func rowsID(name string) shared.ID {
	return shared.ID{Service: "spanner", Endpoint: Endpoint(), Resource: name}
}

// SharedDatabases returns the process's client of [Databases].
func SharedDatabases(ctx context.Context) (*database.DatabaseAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "spanner databases", Endpoint: Endpoint()}, Databases)
}

// SharedInstances returns the process's client of [Instances].
func SharedInstances(ctx context.Context) (*instance.InstanceAdminClient, error) {
	return shared.Client(ctx, shared.ID{Service: "spanner instances", Endpoint: Endpoint()}, Instances)
}
