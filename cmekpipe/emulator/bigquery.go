package emulator

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"cloud.google.com/go/bigquery"
	raw "google.golang.org/api/bigquery/v2"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// CreateDataset creates a dataset, named "PROJECT.DATASET", in a location such as "us-central1" or "EU". Key becomes
// the dataset's default key, which encrypts tables whose creator names no other key. The zero KeyName creates a dataset
// without a default key.
func (c *Cloud) CreateDataset(ctx context.Context, name, location string, key cmekpipe.KeyName) error {
	project, id, ok := strings.Cut(name, ".")
	if !ok || project == "" || id == "" || strings.Contains(id, ".") {
		return fmt.Errorf("emulator: got dataset %q, want PROJECT.DATASET", name)
	}
	return c.withBigQuery(ctx, "create dataset", name, project, func(client *bigquery.Client) error {
		return client.Dataset(id).Create(ctx, &bigquery.DatasetMetadata{Location: location, DefaultEncryptionConfig: encryption(key)})
	})
}

// CreateTable creates a table, named "PROJECT.DATASET.TABLE", that key encrypts, and inserts rows, a slice of structs
// whose fields are the columns, see [bigquery.InferSchema]. The rows don't wait in write-optimized storage. The zero
// KeyName uses the dataset's default key, if it has one.
func (c *Cloud) CreateTable(ctx context.Context, name string, key cmekpipe.KeyName, rows any) error {
	schema, err := schemaOf(rows)
	if err != nil {
		return failure("create table", name, err)
	}
	return c.withTable(ctx, "create table", name, func(table *bigquery.Table) error {
		if err := table.Create(ctx, &bigquery.TableMetadata{Schema: schema, EncryptionConfig: encryption(key)}); err != nil {
			return err
		}
		if reflect.ValueOf(rows).Len() == 0 {
			return nil
		}
		if err := table.Inserter().Put(ctx, rows); err != nil {
			return err
		}
		return c.tables.Flush(store.TableRef{Project: table.ProjectID, Dataset: table.DatasetID, Table: table.TableID})
	})
}

// ReadRows returns the rows of a table, named "PROJECT.DATASET.TABLE", in the order in which they were inserted.
func (c *Cloud) ReadRows(ctx context.Context, table string) (rows []map[string]bigquery.Value, err error) {
	err = c.withTable(ctx, "read rows of", table, func(table *bigquery.Table) error {
		for it := table.Read(ctx); ; {
			var row map[string]bigquery.Value
			switch err := it.Next(&row); {
			case errors.Is(err, iterator.Done):
				return nil
			case err != nil:
				return err
			}
			rows = append(rows, row)
		}
	})
	return rows, err
}

// SetQueryResult registers the rows that BigQuery answers to a query that the emulated engine refuses. The engine
// executes SELECT from one table with WHERE, GROUP BY, ORDER BY, LIMIT and aggregate functions. Query is the exact text
// of the query; rows is a slice of structs whose fields are the columns, see [bigquery.InferSchema]. The cloud reads no
// tables for such a query and so doesn't check their keys; the table that the query writes is encrypted as usual. A
// later call for the same text replaces the rows.
func (c *Cloud) SetQueryResult(query string, rows any) error {
	schema, err := schemaOf(rows)
	if err != nil {
		return failure("set result of query", query, err)
	}
	lines, err := jsonRows(schema, rows)
	if err != nil {
		return failure("set result of query", query, err)
	}
	return failure("set result of query", query, c.queries.SetResult(query, &raw.TableSchema{Fields: rawFields(schema)}, lines))
}

// schemaOf returns the columns of a slice of structs.
func schemaOf(rows any) (bigquery.Schema, error) {
	t := reflect.TypeOf(rows)
	if t == nil || t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("got rows of type %T, want a slice of structs", rows)
	}
	schema, err := bigquery.InferSchema(reflect.Zero(t.Elem()).Interface())
	if err == nil && len(schema) == 0 {
		return nil, fmt.Errorf("got rows of type %T, want structs with exported fields", rows)
	}
	return schema, err
}

// encryption returns the configuration for a key, nil for the zero KeyName.
func encryption(key cmekpipe.KeyName) *bigquery.EncryptionConfig {
	if !key.Valid() {
		return nil
	}
	return &bigquery.EncryptionConfig{KMSKeyName: key.String()}
}

func (c *Cloud) withTable(ctx context.Context, op, name string, do func(*bigquery.Table) error) error {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return fmt.Errorf("emulator: got table %q, want PROJECT.DATASET.TABLE", name)
	}
	return c.withBigQuery(ctx, op, name, parts[0], func(client *bigquery.Client) error {
		return do(client.Dataset(parts[1]).Table(parts[2]))
	})
}

func (c *Cloud) withBigQuery(ctx context.Context, op, resource, project string, do func(*bigquery.Client) error) error {
	client, err := bigquery.NewClient(ctx, project, c.ClientOptions(BigQuery)...)
	if err != nil {
		return failure(op, resource, err)
	}
	defer client.Close()
	return failure(op, resource, do(client))
}
