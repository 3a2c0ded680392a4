package cmektest

import (
	"cloud.google.com/go/bigquery"
	kms "cloud.google.com/go/kms/apiv1"
	"cloud.google.com/go/storage"
	"google.golang.org/api/firestore/v1"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// KMSClient returns a client of Cloud KMS that is closed with the test. It may administer every key but not encrypt or
// decrypt, see [emulator.As].
func (c *Cloud) KMSClient() *kms.KeyManagementClient {
	c.t.Helper()
	client, err := kms.NewKeyManagementClient(c.t.Context(), c.ClientOptions(emulator.KMS)...)
	c.check(err)
	c.t.Cleanup(func() { client.Close() })
	return client
}

// StorageClient returns a client of Cloud Storage that is closed with the test.
func (c *Cloud) StorageClient() *storage.Client {
	c.t.Helper()
	client, err := storage.NewClient(c.t.Context(), c.ClientOptions(emulator.Storage)...)
	c.check(err)
	c.t.Cleanup(func() { client.Close() })
	return client
}

// BigQueryClient returns a client of BigQuery in [Project] that is closed with the test.
func (c *Cloud) BigQueryClient() *bigquery.Client {
	c.t.Helper()
	client, err := bigquery.NewClient(c.t.Context(), Project, c.ClientOptions(emulator.BigQuery)...)
	c.check(err)
	c.t.Cleanup(func() { client.Close() })
	return client
}

// FirestoreAdminClient returns a client that administers databases of Firestore, those in Datastore mode included.
func (c *Cloud) FirestoreAdminClient() *firestore.Service {
	c.t.Helper()
	client, err := firestore.NewService(c.t.Context(), c.ClientOptions(emulator.FirestoreAdmin)...)
	c.check(err)
	return client
}

// HealthcareClient returns a client of the Cloud Healthcare API.
func (c *Cloud) HealthcareClient() *healthcare.Service {
	c.t.Helper()
	client, err := healthcare.NewService(c.t.Context(), c.ClientOptions(emulator.Healthcare)...)
	c.check(err)
	return client
}
