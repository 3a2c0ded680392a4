package bigqueryio

import (
	"context"
	"time"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Workers find DoFns by name, in Beam's registry.
func init() {
	dofn.Register3x1[context.Context, beam.X, func(beam.X), error](&tableFn{})
}

// tableFn passes rows on to Java's transform once the table that they are for was checked: Java gives its key to a table that
// it creates, and does not compare it with that of an existing one.
type tableFn struct {
	Table cmekpipe.BigQueryTable
	// MustExist refuses a missing table, which Java doesn't create then.
	MustExist bool
}

// ProcessElement passes a row on.
func (f *tableFn) ProcessElement(ctx context.Context, row beam.X, emit func(beam.X)) error {
	id := shared.ID{Service: opWrite, Endpoint: bigqueryclient.Endpoint(), Resource: f.Table.String(), Keys: f.Table.Key().String()}
	if err := shared.Check(ctx, id, f.check); err != nil {
		return err
	}
	emit(row)
	return nil
}

// check refuses a table with another key than its own or without one, and a dataset that the key can't serve.
func (f *tableFn) check(ctx context.Context) error {
	client, err := bigqueryclient.Shared(ctx, f.Table.Project())
	if err != nil {
		return gcperr.Wrap(opWrite, "BigQuery client", cmekpipe.KeyName{}, err)
	}
	key, dataset := f.Table.Key(), client.DatasetInProject(f.Table.Project(), f.Table.Dataset())
	around, err := read(ctx, dataset.Metadata)
	if err != nil {
		return gcperr.Wrap(opWrite, f.Table.Project()+"."+f.Table.Dataset(), key, err)
	}
	if err := keycheck.Location(opWrite, f.Table.String(), key, location.ForDataset(key.Location(), around.Location)); err != nil {
		return err
	}
	meta, err := read(ctx, func(ctx context.Context) (*bigquery.TableMetadata, error) {
		return dataset.Table(f.Table.ID()).Metadata(ctx)
	})
	switch {
	case gcperr.IsNotFound(err) && !f.MustExist:
		return nil // Java creates it with the key
	case err != nil:
		return gcperr.Wrap(opWrite, f.Table.String(), key, err)
	}
	return keycheck.Check(opWrite, f.Table.String(), []cmekpipe.KeyName{key}, bigqueryclient.Key(meta.EncryptionConfig))
}

// read makes a call of BigQuery for up to two minutes, as package cmekpipe/io/bigqueryio does.
func read[T any](ctx context.Context, call func(context.Context) (T, error)) (answer T, err error) {
	policy := retry.Policy{Service: gcperr.BigQuery, Initial: 100 * time.Millisecond, Max: 8 * time.Second, Jitter: 0.5,
		MaxElapsed: 2 * time.Minute, Timeout: time.Minute}
	err = retry.Do(ctx, policy, func(ctx context.Context) error {
		answer, err = call(ctx)
		return err
	})
	return answer, err
}

// CMEKHelper tells guard that nothing is stored here.
func (f *tableFn) CMEKHelper() destination.None { return destination.None{} }
