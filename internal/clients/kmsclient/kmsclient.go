// Package kmsclient creates clients of Cloud KMS.
package kmsclient

import (
	"context"
	"os"

	kms "cloud.google.com/go/kms/apiv1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// New returns a client of Cloud KMS.
func New(ctx context.Context) (*kms.KeyManagementClient, error) {
	return kms.NewKeyManagementClient(ctx, endpoint.GRPC(Endpoint())...)
}

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.KMSHost) }

// Shared returns the process's client of [New].
func Shared(ctx context.Context) (*kms.KeyManagementClient, error) {
	return shared.Client(ctx, shared.ID{Service: "kms", Endpoint: Endpoint()}, New)
}
