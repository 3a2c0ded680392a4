package cmektest

import (
	"strings"

	"google.golang.org/api/firestore/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// FirestoreAdmin returns a client that administers databases of Firestore, those in Datastore mode included.
func (c *Cloud) FirestoreAdmin() *firestore.Service {
	c.t.Helper()
	client, err := firestore.NewService(c.t.Context(), c.ClientOptions(emulator.FirestoreAdmin)...)
	if err != nil {
		c.t.Fatalf("cmektest: client of the Firestore Admin API: %v", err)
	}
	return client
}

// DatastoreDatabase makes a database in Datastore mode, named "projects/PROJECT/databases/DATABASE", in a location such as
// "us-central1" or "nam5" and under key. The zero KeyName makes a database without a key, which [Cloud.RequireEncrypted]
// reports.
func (c *Cloud) DatastoreDatabase(name, where string, key cmekpipe.KeyName) {
	c.t.Helper()
	parent, id, _ := strings.Cut(name, "/databases/")
	spec := &firestore.GoogleFirestoreAdminV1Database{Type: "DATASTORE_MODE", LocationId: where}
	if key.Valid() {
		spec.CmekConfig = &firestore.GoogleFirestoreAdminV1CmekConfig{KmsKeyName: key.String()}
	}
	if _, err := c.FirestoreAdmin().Projects.Databases.Create(parent, spec).DatabaseId(id).Do(); err != nil {
		c.t.Fatalf("cmektest: Datastore database %s: %v", name, err)
	}
}
