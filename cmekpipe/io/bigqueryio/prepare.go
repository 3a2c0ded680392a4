package bigqueryio

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio/internal/bqrow"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/bigqueryclient"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// tempLife is when a temporary table expires that was not removed.
const tempLife = 7 * 24 * time.Hour

// preparation finds, creates and checks the table before a row is written. The exported fields are sent to the workers.
type preparation struct {
	Table     cmekpipe.BigQueryTable
	Schema    string // JSON
	Create    bigquery.TableCreateDisposition
	Partition *bigquery.TimePartitioning
	Cluster   []string

	client *bigquery.Client
}

// prepareFn finds the table, or creates it with its key, and checks it, before a row is written. It is the only step that
// creates a table, once in a run: what writes rows treats a missing table as an error, because the rows before would be
// missing too.
type prepareFn struct {
	preparation
	Write bigquery.TableWriteDisposition
	// Staged is true if rows go through a temporary table also when they are appended.
	Staged bool
}

// Setup gets the process's client.
func (f *preparation) Setup(ctx context.Context) (err error) {
	f.client, err = openClient(ctx, f.Table)
	return err
}

// ProcessElement prepares the table and emits the run.
func (f *prepareFn) ProcessElement(ctx context.Context, _ []byte, emit func(run)) error {
	r := run{ID: strings.ToLower(rand.Text()), Target: f.Table.ID(), Disposition: string(f.Write)}
	meta, err := f.prepare(ctx, &r)
	if err != nil {
		return err
	}
	if f.Write != bigquery.WriteAppend || f.Staged {
		if err := f.makeTemporary(ctx, meta, &r); err != nil {
			return err
		}
	}
	emit(r)
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *preparation) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTable, Name: f.Table.String(), Key: f.Table.Key()}
}

// CMEKClaim tells guard whether the write replaces, or must be the first to fill, the table.
func (f *prepareFn) CMEKClaim() destination.Claim {
	return destination.Claim{Name: f.Table.String(), Appends: f.Write == bigquery.WriteAppend}
}

// prepare finds or creates the table, and checks it.
func (f *preparation) prepare(ctx context.Context, r *run) (meta *bigquery.TableMetadata, err error) {
	if r.Location, err = f.place(ctx); err != nil {
		return nil, err
	}
	if meta, err = f.find(ctx, r); err == nil {
		r.Fresh = r.Fresh || time.Since(meta.CreationTime) < freshness // an earlier attempt may have created it
	}
	return meta, err
}

// freshness is how long a new table may be unknown to parts of BigQuery.
const freshness = 10 * time.Minute

// place returns the dataset's location. The key must be able to protect what is there.
func (f *preparation) place(ctx context.Context) (string, error) {
	dataset := f.client.DatasetInProject(f.Table.Project(), f.Table.Dataset())
	name := f.Table.Project() + "." + f.Table.Dataset()
	var meta *bigquery.DatasetMetadata
	err := retry.Do(ctx, callPolicy(), func(ctx context.Context) (err error) {
		meta, err = dataset.Metadata(ctx)
		return err
	})
	if err != nil {
		return "", gcperr.Wrap(opWrite, name, f.Table.Key(), err)
	}
	key := f.Table.Key()
	return meta.Location, keycheck.Location(opWrite, f.Table.String(), key, location.ForDataset(key.Location(), meta.Location))
}

// find returns the table's metadata, after creating a missing table.
func (f *preparation) find(ctx context.Context, r *run) (*bigquery.TableMetadata, error) {
	meta, err := metadata(ctx, f.client, f.Table, false)
	if errors.Is(err, cmekpipe.NotFound) && f.Create == bigquery.CreateIfNeeded {
		r.Fresh = true
		if err := create(ctx, f.client, f.Table, f.newTable()); err != nil && !errors.Is(err, cmekpipe.AlreadyExists) {
			return nil, err
		}
		meta, err = metadata(ctx, f.client, f.Table, true) // another worker or program may have created it, with another key
	}
	if err != nil {
		return nil, err
	}
	if err := checkKey(f.Table, meta); err != nil {
		return nil, err
	}
	return meta, f.checkSchema(meta)
}

func (f *preparation) newTable() *bigquery.TableMetadata {
	meta := &bigquery.TableMetadata{Schema: f.schema(), TimePartitioning: f.Partition}
	if len(f.Cluster) > 0 {
		meta.Clustering = &bigquery.Clustering{Fields: f.Cluster}
	}
	return meta
}

func (f *preparation) schema() bigquery.Schema {
	schema, _ := bigquery.SchemaFromJSON([]byte(f.Schema)) // written by Write, which got it from the same client
	return schema
}

func (f *preparation) checkSchema(meta *bigquery.TableMetadata) error {
	if err := bqrow.Fit(f.schema(), meta.Schema); err != nil {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.InvalidOptions, Resource: f.Table.String(),
			Hint: "change the element type, or set the schema: bigqueryio.WithSchema", Err: err}
	}
	return nil
}

// makeTemporary creates a table like the destination, which expires if the run fails.
func (f *prepareFn) makeTemporary(ctx context.Context, like *bigquery.TableMetadata, r *run) error {
	if f.Write == bigquery.WriteEmpty {
		if err := checkEmpty(f.Table, like); err != nil {
			return err
		}
	}
	r.Target, r.Fresh = temporaryTable(*r), true
	temp, err := r.target(f.Table)
	if err != nil {
		return err
	}
	return createLike(ctx, f.client, temp, like)
}

// temporaryTable names the temporary table of a run.
func temporaryTable(r run) string { return "cmekpipe_temp_" + r.ID }

// openClient returns the process's client, which nobody closes.
func openClient(ctx context.Context, table cmekpipe.BigQueryTable) (*bigquery.Client, error) {
	client, err := bigqueryclient.Shared(ctx, table.Project())
	return client, gcperr.Wrap(opWrite, "BigQuery client", cmekpipe.KeyName{}, err)
}
