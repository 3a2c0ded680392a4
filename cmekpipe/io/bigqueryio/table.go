package bigqueryio

import (
	"context"
	"fmt"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// metadata looks a table up. One that was just created may be unknown for a while.
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

func wrap(table cmekpipe.BigQueryTable, err error) error {
	return gcperr.Wrap(opWrite, table.String(), table.Key(), err)
}
