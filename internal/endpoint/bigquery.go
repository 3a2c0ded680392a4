package endpoint

import (
	"context"
	"os"
	"strings"

	"cloud.google.com/go/bigquery"
	storage "cloud.google.com/go/bigquery/storage/apiv1"
	"google.golang.org/api/option"
)

// BigQuery returns a client of BigQuery whose jobs run in a project.
func BigQuery(ctx context.Context, project string) (*bigquery.Client, error) {
	return bigquery.NewClient(ctx, project, BigQueryOptions(os.Getenv(BigQueryVariable))...)
}

// BigQueryWrite returns a client of the Storage Write API.
func BigQueryWrite(ctx context.Context) (*storage.BigQueryWriteClient, error) {
	return storage.NewBigQueryWriteClient(ctx, GRPCOptions(os.Getenv(BigQueryStorageVariable))...)
}

// BigQueryRead returns a client of the Storage Read API.
func BigQueryRead(ctx context.Context) (*storage.BigQueryReadClient, error) {
	return storage.NewBigQueryReadClient(ctx, GRPCOptions(os.Getenv(BigQueryStorageVariable))...)
}

// BigQueryOptions points a client of BigQuery at HOST:PORT without credentials; "" leaves it at Google. Its path belongs
// to the endpoint.
func BigQueryOptions(host string) []option.ClientOption {
	if host == "" {
		return nil
	}
	return HTTPOptions(strings.TrimSuffix(host, "/") + "/bigquery/v2")
}
