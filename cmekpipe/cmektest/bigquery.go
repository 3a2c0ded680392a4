package cmektest

import (
	"errors"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// BigQuery returns a client of BigQuery in [Project] that is closed with the test.
func (c *Cloud) BigQuery() *bigquery.Client {
	c.t.Helper()
	client, err := bigquery.NewClient(c.t.Context(), Project, c.ClientOptions(emulator.BigQuery)...)
	if err != nil {
		c.t.Fatalf("cmektest: client of BigQuery: %v", err)
	}
	c.t.Cleanup(func() { client.Close() })
	return client
}

// Dataset makes a dataset of [Project] in a location such as "us-central1" or "EU", whose tables rest under key unless
// their maker says otherwise. The zero KeyName makes a dataset without a default key.
func (c *Cloud) Dataset(name, location string, key cmekpipe.KeyName) {
	c.t.Helper()
	meta := &bigquery.DatasetMetadata{Location: location}
	if key.Valid() {
		meta.DefaultEncryptionConfig = &bigquery.EncryptionConfig{KMSKeyName: key.String()}
	}
	if err := c.BigQuery().Dataset(name).Create(c.t.Context(), meta); err != nil {
		c.t.Fatalf("cmektest: dataset %s: %v", name, err)
	}
}

// Rows returns the rows of a table of [Project], in the order of their arrival.
func (c *Cloud) Rows(dataset, table string) []map[string]bigquery.Value {
	c.t.Helper()
	var rows []map[string]bigquery.Value
	for it := c.BigQuery().Dataset(dataset).Table(table).Read(c.t.Context()); ; {
		var row map[string]bigquery.Value
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			return rows
		case err != nil:
			c.t.Fatalf("cmektest: rows of %s.%s: %v", dataset, table, err)
		}
		rows = append(rows, row)
	}
}
