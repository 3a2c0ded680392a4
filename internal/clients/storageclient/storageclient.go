// Package storageclient creates clients of Cloud Storage and completes their errors.
package storageclient

import (
	"context"
	"os"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// New returns a client of Cloud Storage. The client itself reads STORAGE_EMULATOR_HOST.
func New(ctx context.Context) (*storage.Client, error) { return storage.NewClient(ctx) }

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.StorageHost) }

// Shared returns the process's client of [New].
func Shared(ctx context.Context) (*storage.Client, error) {
	return shared.Client(ctx, shared.ID{Service: "storage", Endpoint: Endpoint()}, New)
}
