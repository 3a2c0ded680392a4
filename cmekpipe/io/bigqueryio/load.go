package bigqueryio

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// maxLoadFiles is the maximum number of files of a load job.
// Source: https://docs.cloud.google.com/bigquery/quotas#load_jobs.
const maxLoadFiles = 10_000

// loadFn loads all files of a run with one job. It may be repeated at any point: the job has the same id in every
// attempt, so it takes effect once.
type loadFn struct {
	Table  cmekpipe.BigQueryTable
	Temp   cmekpipe.Object
	Type   beam.EncodedType
	Schema string

	client *bigquery.Client
	store  *keyedgcs.Store
}

// Setup opens the clients.
func (f *loadFn) Setup(ctx context.Context) (err error) {
	if f.client, err = openClient(ctx, f.Table); err != nil {
		return err
	}
	f.store, err = keyedgcs.Open(ctx, opWrite)
	return err
}

// Teardown releases the clients.
func (f *loadFn) Teardown() error { return errors.Join(closeClient(f.client), f.store.Close()) }

// ProcessElement loads all files.
func (f *loadFn) ProcessElement(ctx context.Context, _ int, runs func(*run) bool, files func(*loadFile) bool) error {
	var r run
	if !runs(&r) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Internal, Resource: f.Table.String(), Err: errors.New("got no run")}
	}
	table, err := r.target(f.Table)
	if err != nil {
		return err
	}
	var names []string
	var rows int64
	for file := (loadFile{}); files(&file); {
		names = append(names, file.Name)
		rows += file.Rows
	}
	slices.Sort(names)
	if len(names) > maxLoadFiles {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unsupported, Resource: f.Table.String(),
			Hint: "use bigqueryio.WithExactlyOnce, or reshuffle the rows to fewer bundles",
			Err:  fmt.Errorf("got %d files for a load job, want %d at most", len(names), maxLoadFiles)}
	}
	if err := f.loadAll(ctx, r, table, names, rows); err != nil {
		return err
	}
	return f.sweep(ctx, r)
}

// loadAll loads the files' rows into the destination.
func (f *loadFn) loadAll(ctx context.Context, r run, table cmekpipe.BigQueryTable, names []string, rows int64) error {
	p := &publication{client: f.client, table: f.Table, run: r, temp: table, rows: rows}
	if r.isTemporary(f.Table) {
		if done, err := p.isDone(ctx); done || err != nil {
			return err
		}
	}
	if len(names) > 0 {
		if err := f.load(ctx, r, table, names); err != nil {
			return err
		}
	}
	if r.isTemporary(f.Table) {
		return p.publish(ctx)
	}
	return nil
}

func (f *loadFn) load(ctx context.Context, r run, table cmekpipe.BigQueryTable, names []string) error {
	meta, err := metadata(ctx, f.client, table, r.Fresh)
	if err != nil {
		return err
	}
	if err := checkKey(table, meta); err != nil {
		return err
	}
	source := &bigquery.GCSReference{FileConfig: bigquery.FileConfig{SourceFormat: bigquery.Avro, Schema: meta.Schema,
		AvroOptions: &bigquery.AvroOptions{UseAvroLogicalTypes: true}}}
	for _, name := range names {
		source.URIs = append(source.URIs, "gs://"+f.Temp.Bucket()+"/"+name)
	}
	j := &job{client: f.client, table: table, run: r, kind: "load",
		start: func(ctx context.Context, id bigquery.JobIDConfig) (*bigquery.Job, error) {
			loader := handle(f.client, table).LoaderFrom(source)
			loader.JobIDConfig = id
			loader.CreateDisposition = bigquery.CreateNever
			loader.WriteDisposition = bigquery.WriteAppend
			loader.DestinationEncryptionConfig = encryption(table)
			return loader.Run(ctx)
		}}
	if err := j.finish(ctx); err != nil {
		return err
	}
	return checkTable(ctx, f.client, table, false)
}

// sweep removes all files of the run, those of failed bundles too.
func (f *loadFn) sweep(ctx context.Context, r run) error {
	for attrs, err := range f.store.List(ctx, f.Temp, loadFolder(f.Temp, r)) {
		if err != nil {
			return err
		}
		object, err := sibling(f.Temp, attrs.Name)
		if err != nil {
			return err
		}
		if err := f.store.Remove(ctx, object, 0); err != nil && !errors.Is(err, cmekpipe.NotFound) {
			return err
		}
	}
	return nil
}

// CMEKDestination tells guard the destination and its key.
func (f *loadFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTable, Name: f.Table.String(), Key: f.Table.Key()}
}
