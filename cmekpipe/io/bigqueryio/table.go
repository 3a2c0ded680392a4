package bigqueryio

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// metadata looks a table up. One that was just created may be unknown for a while.
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

// checkKey refuses a table that rests under another key than its own, whatever the key's version.
func checkKey(table cmekpipe.BigQueryTable, meta *bigquery.TableMetadata) error {
	if meta.EncryptionConfig == nil || meta.EncryptionConfig.KMSKeyName == "" {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: table.String(),
			Hint: "copy it with the key onto itself (bq cp --destination_kms_key), or write to another table",
			Err:  fmt.Errorf("got a table under no Cloud KMS key, want %s", table.Key())}
	}
	key, err := cmekpipe.ParseKeyOrVersion(meta.EncryptionConfig.KMSKeyName)
	if err == nil && key == table.Key() {
		return nil
	}
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMismatch, Resource: table.String(),
		Hint: "name the table with the key that it rests under, or change its key (bq update --destination_kms_key)",
		Err:  fmt.Errorf("got a table under %s, want %s", meta.EncryptionConfig.KMSKeyName, table.Key())}
}

func isNotFound(err error) bool { return err != nil && gcperr.Code(err) == cmekpipe.NotFound }

func wrap(table cmekpipe.BigQueryTable, err error) error {
	if errors.Is(err, errSilent) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Resource: table.String(),
			Hint: "run again; if it stays, look at the service's status", Err: err}
	}
	return gcperr.Wrap(opWrite, table.String(), table.Key(), err)
}
