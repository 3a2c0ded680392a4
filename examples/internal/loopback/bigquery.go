package loopback

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// CreateDataset makes the dataset of a table in a location. It has no default key, so that only a sink's own key
// protects what a pipeline writes.
func (c *Cloud) CreateDataset(ctx context.Context, table cmekpipe.BigQueryTable, location string) error {
	client, err := c.bigQuery(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.DatasetInProject(table.Project(), table.Dataset()).Create(ctx, &bigquery.DatasetMetadata{Location: location})
}

// CreateTable makes a table under its key. rows is a slice of structs.
func (c *Cloud) CreateTable(ctx context.Context, table cmekpipe.BigQueryTable, rows any) error {
	client, err := c.bigQuery(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	schema, err := bigquery.InferSchema(reflect.Zero(reflect.TypeOf(rows).Elem()).Interface())
	if err != nil {
		return err
	}
	handle := client.DatasetInProject(table.Project(), table.Dataset()).Table(table.ID())
	err = handle.Create(ctx, &bigquery.TableMetadata{
		Schema: schema, EncryptionConfig: &bigquery.EncryptionConfig{KMSKeyName: table.Key().String()},
	})
	if err != nil {
		return err
	}
	return handle.Inserter().Put(ctx, rows)
}

// Rows returns the rows of a table, each as a text: "Bonn 3 120".
func (c *Cloud) Rows(ctx context.Context, table cmekpipe.BigQueryTable) ([]string, error) {
	client, err := c.bigQuery(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var rows []string
	for it := client.DatasetInProject(table.Project(), table.Dataset()).Table(table.ID()).Read(ctx); ; {
		var row []bigquery.Value
		switch err := it.Next(&row); {
		case errors.Is(err, iterator.Done):
			return rows, nil
		case err != nil:
			return nil, err
		}
		rows = append(rows, strings.Trim(fmt.Sprint(row), "[]"))
	}
}

func (c *Cloud) bigQuery(ctx context.Context) (*bigquery.Client, error) {
	return bigquery.NewClient(ctx, c.project, c.ClientOptions(emulator.BigQuery)...)
}
