// Package datastoreclient creates clients of Datastore. The client itself reads DATASTORE_EMULATOR_HOST.
package datastoreclient

import (
	"context"

	"cloud.google.com/go/datastore"
)

// New returns a client of the entities of a database, named by its id; "(default)" and "" are the same.
func New(ctx context.Context, project, database string) (*datastore.Client, error) {
	if database == "(default)" {
		database = datastore.DefaultDatabaseID
	}
	return datastore.NewClientWithDatabase(ctx, project, database)
}
