// Package firestoreclient creates clients of the Firestore Admin API and reads which keys a database reports.
package firestoreclient

import (
	"context"
	"os"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// Admin returns a client that administers databases of Firestore, those in Datastore mode included.
func Admin(ctx context.Context) (*firestore.Service, error) {
	return firestore.NewService(ctx, endpoint.HTTP(Endpoint())...)
}

// Endpoint returns the address of the emulator, or "".
func Endpoint() string { return os.Getenv(shared.FirestoreAdminHost) }

// SharedAdmin returns the process's client of [Admin].
func SharedAdmin(ctx context.Context) (*firestore.Service, error) {
	return shared.Client(ctx, shared.ID{Service: "firestore admin", Endpoint: Endpoint()}, Admin)
}
