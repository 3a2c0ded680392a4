package cmektest

import (
	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/bigtable"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// CreateBucket creates a bucket of [Project] in a location such as "us-central1". Key becomes the bucket's default key,
// which encrypts objects whose writer names no other key. The zero KeyName creates a bucket without a default key;
// [Cloud.RequireEncrypted] reports objects without a key.
func (c *Cloud) CreateBucket(name, location string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateBucket(c.t.Context(), Project, name, location, key))
}

// WriteObject writes "gs://bucket/object" with the bucket's default key, or without a key if the bucket has none.
func (c *Cloud) WriteObject(url string, data []byte) {
	c.t.Helper()
	c.check(c.Cloud.WriteObject(c.t.Context(), url, data))
}

// ReadObject returns the content of "gs://bucket/object".
func (c *Cloud) ReadObject(url string) []byte {
	c.t.Helper()
	data, err := c.Cloud.ReadObject(c.t.Context(), url)
	c.check(err)
	return data
}

// ListObjects returns the objects whose names begin with a prefix, "gs://bucket/prefix", as "gs://bucket/object" and in
// the order of their names.
func (c *Cloud) ListObjects(prefix string) []string {
	c.t.Helper()
	urls, err := c.Cloud.ListObjects(c.t.Context(), prefix)
	c.check(err)
	return urls
}

// CreateDataset creates a dataset, named "PROJECT.DATASET", in a location such as "us-central1" or "EU". Key becomes
// the dataset's default key, which encrypts tables whose creator names no other key. The zero KeyName creates a dataset
// without a default key.
func (c *Cloud) CreateDataset(name, location string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateDataset(c.t.Context(), name, location, key))
}

// CreateTable creates a table, named "PROJECT.DATASET.TABLE", that key encrypts, and inserts rows, a slice of structs
// whose fields are the columns, see [bigquery.InferSchema]. The zero KeyName uses the dataset's default key, if it has
// one.
func (c *Cloud) CreateTable(name string, key cmekpipe.KeyName, rows any) {
	c.t.Helper()
	c.check(c.Cloud.CreateTable(c.t.Context(), name, key, rows))
}

// ReadRows returns the rows of a table, named "PROJECT.DATASET.TABLE", in the order in which they were inserted.
func (c *Cloud) ReadRows(table string) []map[string]bigquery.Value {
	c.t.Helper()
	rows, err := c.Cloud.ReadRows(c.t.Context(), table)
	c.check(err)
	return rows
}

// SetQueryResult registers the rows that BigQuery answers to a query that the emulated engine refuses, see
// [emulator.Cloud.SetQueryResult]. Query is the exact text of the query; rows is a slice of structs whose fields are
// the columns.
func (c *Cloud) SetQueryResult(query string, rows any) {
	c.t.Helper()
	c.check(c.Cloud.SetQueryResult(query, rows))
}

// CreateTopic creates a Pub/Sub topic, named "projects/PROJECT/topics/TOPIC", whose messages key encrypts, and the
// subscription "projects/PROJECT/subscriptions/TOPIC", which delivers messages with the same ordering key in order. The
// zero KeyName creates a topic without a key.
func (c *Cloud) CreateTopic(topic string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateTopic(c.t.Context(), topic, key))
}

// PublishMessages publishes messages to a topic, in order. Each must have data or an attribute.
func (c *Cloud) PublishMessages(topic string, messages ...*pubsubpb.PubsubMessage) {
	c.t.Helper()
	c.check(c.Cloud.PublishMessages(c.t.Context(), topic, messages...))
}

// PullMessages returns and acknowledges the messages that were published to a topic of [Cloud.CreateTopic] since the
// last call. Messages with the same ordering key are in order.
func (c *Cloud) PullMessages(topic string) []*pubsubpb.PubsubMessage {
	c.t.Helper()
	messages, err := c.Cloud.PullMessages(c.t.Context(), topic)
	c.check(err)
	return messages
}

// CreateSpannerInstance creates a Spanner instance, named "projects/PROJECT/instances/INSTANCE", in a location such as
// "us-central1" or a configuration such as "nam3". It does not change an instance that exists.
func (c *Cloud) CreateSpannerInstance(name, location string) {
	c.t.Helper()
	c.check(c.Cloud.CreateSpannerInstance(c.t.Context(), name, location))
}

// CreateSpannerDatabase creates a Spanner database, named "projects/PROJECT/instances/INSTANCE/databases/DATABASE",
// that key encrypts, with the tables that the DDL statements create. It also creates the instance unless it exists. The
// zero KeyName creates a database without a key.
func (c *Cloud) CreateSpannerDatabase(name, location string, key cmekpipe.KeyName, ddl ...string) {
	c.t.Helper()
	c.check(c.Cloud.CreateSpannerDatabase(c.t.Context(), name, location, key, ddl...))
}

// CreateBigtableInstance creates a Bigtable instance, named "projects/PROJECT/instances/INSTANCE", with one cluster in a
// zone such as "us-central1-b" that key encrypts. The zero KeyName creates a cluster without a key.
func (c *Cloud) CreateBigtableInstance(name, zone string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateBigtableInstance(c.t.Context(), name, zone, key))
}

// CreateBigtableCluster adds a cluster in another zone to an instance.
func (c *Cloud) CreateBigtableCluster(instance, zone string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateBigtableCluster(c.t.Context(), instance, zone, key))
}

// CreateBigtableTable creates a table with column families, named "projects/PROJECT/instances/INSTANCE/tables/TABLE".
func (c *Cloud) CreateBigtableTable(name string, families ...string) {
	c.t.Helper()
	c.check(c.Cloud.CreateBigtableTable(c.t.Context(), name, families...))
}

// ReadBigtableRows returns the rows of a table, with all versions of their cells, in the order of their keys.
func (c *Cloud) ReadBigtableRows(table string) []bigtable.Row {
	c.t.Helper()
	rows, err := c.Cloud.ReadBigtableRows(c.t.Context(), table)
	c.check(err)
	return rows
}

// CreateDatastoreDatabase creates a database in Datastore mode, named "projects/PROJECT/databases/DATABASE", in a location
// such as "us-central1" or "nam5", that key encrypts. The zero KeyName creates a database without a key.
func (c *Cloud) CreateDatastoreDatabase(name, location string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateDatastoreDatabase(c.t.Context(), name, location, key))
}

// CreateFHIRStore creates an R4 store, named "projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE",
// that accepts updates of resources that don't exist. It also creates the dataset unless it exists. Key encrypts a new
// dataset and its stores; stores in an existing dataset are encrypted with the dataset's key. The zero KeyName creates
// a dataset without a key.
func (c *Cloud) CreateFHIRStore(name string, key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.CreateFHIRStore(c.t.Context(), name, key))
}
