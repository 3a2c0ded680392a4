package endpoint

import (
	"context"
	"os"

	"cloud.google.com/go/datastore"
	"google.golang.org/api/firestore/v1"
)

// Datastore returns a client of the entities of a database, by its id; "(default)" and "" are the same.
func Datastore(ctx context.Context, project, database string) (*datastore.Client, error) {
	if database == "(default)" {
		database = datastore.DefaultDatabaseID
	}
	return datastore.NewClientWithDatabase(ctx, project, database)
}

// FirestoreAdmin returns a client that administers databases of Firestore, those in Datastore mode included.
func FirestoreAdmin(ctx context.Context) (*firestore.Service, error) {
	return firestore.NewService(ctx, HTTPOptions(os.Getenv(FirestoreAdminVariable))...)
}
