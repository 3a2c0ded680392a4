package bigqueryio

import (
	"context"
	"errors"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// metadata reads a table. One that was just created may be unknown for a while.
func metadata(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable, fresh bool) (*bigquery.TableMetadata, error) {
	p := newPatience()
	if fresh {
		p.also = isNotFound
	}
	var meta *bigquery.TableMetadata
	err := p.try(ctx, func(ctx context.Context) (err error) {
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
	return wrap(table, newPatience().try(ctx, func(ctx context.Context) error {
		return handle(c, table).Create(ctx, meta)
	}))
}

func remove(ctx context.Context, c *bigquery.Client, table cmekpipe.BigQueryTable) error {
	err := newPatience().try(ctx, func(ctx context.Context) error { return handle(c, table).Delete(ctx) })
	if isNotFound(err) {
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

func isNotFound(err error) bool { return err != nil && gcperr.Code(err) == cmekpipe.NotFound }

func wrap(table cmekpipe.BigQueryTable, err error) error {
	if errors.Is(err, errSilent) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Resource: table.String(),
			Hint: explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: table.String()}), Err: err}
	}
	return gcperr.Wrap(opWrite, table.String(), table.Key(), err)
}
