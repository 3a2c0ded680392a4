// Package dataflowclient creates clients of the Dataflow API.
package dataflowclient

import (
	"context"
	"os"

	dataflow "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// New returns a client of the Dataflow API.
func New(ctx context.Context) (*dataflow.Service, error) {
	return dataflow.NewService(ctx, endpoint.HTTP(os.Getenv(shared.DataflowHost))...)
}
