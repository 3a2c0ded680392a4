// Package kmsclient creates clients of Cloud KMS.
package kmsclient

import (
	"context"
	"os"

	kms "cloud.google.com/go/kms/apiv1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// New returns a client of Cloud KMS.
func New(ctx context.Context) (*kms.KeyManagementClient, error) {
	return kms.NewKeyManagementClient(ctx, endpoint.GRPC(os.Getenv(emulatorenv.KMS))...)
}
