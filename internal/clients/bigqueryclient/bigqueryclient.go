// Package bigqueryclient creates clients of BigQuery and of its Storage APIs.
package bigqueryclient

import (
	"context"
	"os"
	"strings"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// New returns a client of BigQuery whose jobs run in a project.
func New(ctx context.Context, project string) (*bigquery.Client, error) {
	return bigquery.NewClient(ctx, project, Options(Endpoint())...)
}

// StorageWrite returns a client of the Storage Write API.
func StorageWrite(ctx context.Context) (*storage.BigQueryWriteClient, error) {
	return storage.NewBigQueryWriteClient(ctx, endpoint.GRPC(os.Getenv(emulatorenv.BigQueryStorage))...)
}

// StorageRead returns a client of the Storage Read API.
func StorageRead(ctx context.Context) (*storage.BigQueryReadClient, error) {
	return storage.NewBigQueryReadClient(ctx, endpoint.GRPC(os.Getenv(emulatorenv.BigQueryStorage))...)
}

// Options points a client of BigQuery at HOST:PORT without credentials; an empty host leaves it at Google. The client
// expects its path in the endpoint.
func Options(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	return endpoint.HTTP(strings.TrimSuffix(host, "/") + "/bigquery/v2")
}

// Endpoint returns the address of the emulator of BigQuery, or "". That of its Storage APIs is another one.
func Endpoint() string { return os.Getenv(emulatorenv.BigQuery) }

// StorageEndpoint returns the address of the emulator of BigQuery's Storage APIs, or "".
func StorageEndpoint() string { return os.Getenv(emulatorenv.BigQueryStorage) }

// Shared returns the process's client of [New] for a project.
func Shared(ctx context.Context, project string) (*bigquery.Client, error) {
	return shared.Client(ctx, shared.ID{Service: "bigquery", Endpoint: Endpoint(), Resource: project},
		func(ctx context.Context) (*bigquery.Client, error) { return New(ctx, project) })
}

// SharedStorageWrite returns the process's client of [StorageWrite], over several connections. It retries nothing: its
// callers do.
func SharedStorageWrite(ctx context.Context) (*storage.BigQueryWriteClient, error) {
	host := StorageEndpoint()
	id := shared.ID{Service: "bigquery storage write", Endpoint: host}
	return shared.Client(ctx, id, func(ctx context.Context) (*storage.BigQueryWriteClient, error) {
		client, err := storage.NewBigQueryWriteClient(ctx, append(endpoint.GRPC(host), endpoint.Pool())...)
		if err != nil {
			return nil, err
		}
		client.CallOptions = &storage.BigQueryWriteCallOptions{}
		return client, nil
	})
}

// SharedStorageRead returns the process's client of [StorageRead]. It retries nothing: its callers do.
func SharedStorageRead(ctx context.Context) (*storage.BigQueryReadClient, error) {
	id := shared.ID{Service: "bigquery storage read", Endpoint: StorageEndpoint()}
	return shared.Client(ctx, id, func(ctx context.Context) (*storage.BigQueryReadClient, error) {
		client, err := StorageRead(ctx)
		if err != nil {
			return nil, err
		}
		client.CallOptions = &storage.BigQueryReadCallOptions{}
		return client, nil
	})
}
