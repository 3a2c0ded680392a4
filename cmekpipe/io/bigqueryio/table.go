package bigqueryio

import (
	"context"
	"errors"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// metadata reads a table. One that was just created may be unknown for a while.
func metadata(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable, fresh bool) (*bigquery.TableMetadata, error) {
	var meta *bigquery.TableMetadata
	err := retry.Do(ctx, newTablePolicy(fresh), func(ctx context.Context) (err error) {
		meta, err = handle(c, table).Metadata(ctx)
		return err
	})
	if err != nil {
		return nil, wrap(table, err)
	}
	return meta, nil
}

// create creates a table under its key. AlreadyExists may mean that an earlier attempt did.
func create(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable, meta *bigquery.TableMetadata) error {
	meta.EncryptionConfig = encryption(table)
	return wrap(table, retry.Do(ctx, callPolicy(), func(ctx context.Context) error {
		return handle(c, table).Create(ctx, meta)
	}))
}

// createLike creates a table that has the columns and the layout of another one and expires. Queries of it need no filter.
func createLike(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable, like *bigquery.TableMetadata) error {
	meta := &bigquery.TableMetadata{Schema: like.Schema, RangePartitioning: like.RangePartitioning,
		Clustering: like.Clustering, TableConstraints: like.TableConstraints, ExpirationTime: time.Now().Add(tempLife)}
	if like.TimePartitioning != nil {
		partitioning := *like.TimePartitioning
		partitioning.RequirePartitionFilter = false
		meta.TimePartitioning = &partitioning
	}
	if err := create(ctx, c, table, meta); err != nil && !errors.Is(err, cmekpipe.AlreadyExists) {
		return err
	}
	return checkTable(ctx, c, table, true)
}

// checkEmpty refuses a table with rows, also if they are still in write-optimized storage, which BigQuery does not count.
func checkEmpty(table cmekpipe.BigQueryTable, meta *bigquery.TableMetadata) error {
	if meta.NumRows == 0 && meta.StreamingBuffer == nil {
		return nil
	}
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.AlreadyExists, Resource: table.String(),
		Hint: "use bigquery.WriteAppend or bigquery.WriteTruncate, or another table",
		Err:  errors.New("got a table with rows, want an empty one")}
}

func remove(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable) error {
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) error { return handle(c, table).Delete(ctx) })
	if gcperr.IsNotFound(err) {
		return nil
	}
	return wrap(table, err)
}

func encryption(table cmekpipe.BigQueryTable) *bigquery.EncryptionConfig {
	return &bigquery.EncryptionConfig{KMSKeyName: table.Key().String()}
}

// checkKey refuses a table with another key than its own, or without one.
func checkKey(table cmekpipe.BigQueryTable, meta *bigquery.TableMetadata) error {
	return keycheck.Check(opWrite, table.String(), []cmekpipe.KeyName{table.Key()}, bigqueryclient.Key(meta.EncryptionConfig))
}

// checkTable reads the key of a table and checks it.
func checkTable(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable, fresh bool) error {
	meta, err := metadata(ctx, c, table, fresh)
	if err != nil {
		return err
	}
	return checkKey(table, meta)
}

func wrap(table cmekpipe.BigQueryTable, err error) error {
	return gcperr.Wrap(opWrite, table.String(), table.Key(), err)
}
