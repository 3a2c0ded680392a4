package emulator

import (
	"context"
	"strings"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateDatastoreDatabase creates a database in Datastore mode, named "projects/PROJECT/databases/DATABASE", in a location
// such as "us-central1" or "nam5", that key encrypts. The zero KeyName creates a database without a key.
func (c *Cloud) CreateDatastoreDatabase(ctx context.Context, name, location string, key cmekpipe.KeyName) error {
	client, err := firestore.NewService(ctx, c.ClientOptions(FirestoreAdmin)...)
	if err != nil {
		return failure("create Datastore database", name, err)
	}
	parent, id, _ := strings.Cut(name, "/databases/")
	spec := &firestore.GoogleFirestoreAdminV1Database{Type: "DATASTORE_MODE", LocationId: location}
	if key.Valid() {
		spec.CmekConfig = &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: key.String()}
	}
	_, err = client.Projects.Databases.Create(parent, spec).DatabaseId(id).Context(ctx).Do()
	return failure("create Datastore database", name, err)
}
