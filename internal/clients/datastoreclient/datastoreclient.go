// Package datastoreclient creates clients of Datastore. The client itself reads DATASTORE_EMULATOR_HOST.
package datastoreclient

import (
	"context"
	"os"

	"cloud.google.com/go/datastore"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/internal/clients/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
)

// New returns a client of the entities of a database, named by its id; "(default)" and "" are the same.
func New(ctx context.Context, project, database string, opts ...option.ClientOption) (*datastore.Client, error) {
	if database == "(default)" {
		database = datastore.DefaultDatabaseID
	}
	return datastore.NewClientWithDatabase(ctx, project, database, opts...)
}

// Shared returns the process's client of [New] for a database.
func Shared(ctx context.Context, project, database string) (*datastore.Client, error) {
	id := shared.ID{Service: "datastore", Endpoint: os.Getenv(shared.DatastoreHost), Resource: project + "/" + database}
	return shared.Client(ctx, id, func(ctx context.Context) (*datastore.Client, error) {
		return New(ctx, project, database, endpoint.Pool())
	})
}
