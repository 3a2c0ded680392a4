// Package storageclient creates clients of Cloud Storage and completes their errors.
package storageclient

import (
	"context"

	"cloud.google.com/go/storage"
)

// New returns a client of Cloud Storage. The client itself reads STORAGE_EMULATOR_HOST.
func New(ctx context.Context) (*storage.Client, error) { return storage.NewClient(ctx) }
