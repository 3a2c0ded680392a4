// Package firestoreclient creates clients of the Firestore Admin API and reads which keys a database reports.
package firestoreclient

import (
	"context"
	"os"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/emulatorenv"
)

// Admin returns a client that administers databases of Firestore, those in Datastore mode included.
func Admin(ctx context.Context) (*firestore.Service, error) {
	return firestore.NewService(ctx, endpoint.HTTP(os.Getenv(emulatorenv.FirestoreAdmin))...)
}
