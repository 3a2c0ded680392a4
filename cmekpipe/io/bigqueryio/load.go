package bigqueryio

import (
	"context"
	"errors"
	"strconv"

	"cloud.google.com/go/bigquery"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"
	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// loadFn loads all files of a run: with one job, or, if one job can't have all of them, with several into a temporary table
// and one that appends it to the destination. It may be repeated at any point: the jobs have the same ids in every attempt,
// so each takes effect once.
type loadFn struct {
	Table  cmekpipe.BigQueryTable
	Temp   cmekpipe.Object
	Type   beam.EncodedType
	Schema string

	client *bigquery.Client
	store  *keyedgcs.Store
	limits loadLimits // of a job; zero in workers, for the documented ones
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
func (f *loadFn) Teardown() error { return f.store.Close() }

// ProcessElement loads all files.
func (f *loadFn) ProcessElement(ctx context.Context, _ int, runs func(*run) bool, files func(*loadFile) bool) error {
	var r run
	if !runs(&r) {
		return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Internal, Resource: f.Table.String(), Err: errors.New("got no run")}
	}
	var all []loadFile
	for file := (loadFile{}); files(&file); {
		all = append(all, file)
	}
	if err := f.loadAll(ctx, r, f.limits.split(f.Temp.Bucket(), all)); err != nil {
		return err
	}
	return f.sweep(ctx, r)
}

// loadAll loads the files' rows into the destination.
func (f *loadFn) loadAll(ctx context.Context, r run, parts []loadPart) error {
	if len(parts) <= 1 && !r.isTemporary(f.Table) {
		return f.load(ctx, r, f.Table, parts)
	}
	own := !r.isTemporary(f.Table) // no earlier step created a temporary table
	if own {
		r.Target, r.Fresh = temporaryTable(r), true
	}
	temp, err := r.target(f.Table)
	if err != nil {
		return err
	}
	p := &publication{client: f.client, table: f.Table, run: r, temp: temp, rows: rowsOf(parts)}
	if done, err := p.isDone(ctx); done || err != nil {
		return err
	}
	return p.orDone(ctx, f.loadThrough(ctx, r, p, own, parts))
}

// loadThrough loads the files' rows into the temporary table, which it creates if no earlier step did, and publishes them.
func (f *loadFn) loadThrough(ctx context.Context, r run, p *publication, create bool, parts []loadPart) error {
	if create {
		like, err := metadata(ctx, f.client, f.Table, false)
		if err != nil {
			return err
		}
		if err := createLike(ctx, f.client, p.temp, like); err != nil {
			return err
		}
	}
	if err := f.load(ctx, r, p.temp, parts); err != nil {
		return err
	}
	return p.publish(ctx)
}

// load loads the parts into a table, some at a time.
func (f *loadFn) load(ctx context.Context, r run, table cmekpipe.BigQueryTable, parts []loadPart) error {
	if len(parts) == 0 {
		return nil
	}
	meta, err := metadata(ctx, f.client, table, r.Fresh)
	if err != nil {
		return err
	}
	if err := checkKey(table, meta); err != nil {
		return err
	}
	jobs, together := errgroup.WithContext(ctx)
	jobs.SetLimit(parallelLoads)
	for i, part := range parts {
		jobs.Go(func() error { return f.loadJob(r, table, meta.Schema, i, part).finish(together) })
	}
	if err := jobs.Wait(); err != nil {
		return err
	}
	return checkTable(ctx, f.client, table, false)
}

// loadJob describes the job of a part. The parts are the same in every attempt, because the files are.
func (f *loadFn) loadJob(r run, table cmekpipe.BigQueryTable, schema bigquery.Schema, i int, part loadPart) *job {
	source := &bigquery.GCSReference{URIs: part.uris, FileConfig: bigquery.FileConfig{SourceFormat: bigquery.Avro, Schema: schema,
		AvroOptions: &bigquery.AvroOptions{UseAvroLogicalTypes: true}}}
	return &job{client: f.client, table: table, run: r, kind: "load" + strconv.Itoa(i),
		start: func(ctx context.Context, id bigquery.JobIDConfig) (*bigquery.Job, error) {
			loader := handle(f.client, table).LoaderFrom(source)
			loader.JobIDConfig = id
			loader.CreateDisposition = bigquery.CreateNever
			loader.WriteDisposition = bigquery.WriteAppend
			loader.DestinationEncryptionConfig = encryption(table)
			return loader.Run(ctx)
		}}
}

// sweep removes all files of the run, those of failed bundles too. Files that Cloud Storage refuses to delete are reported in
// the log: all rows are loaded.
func (f *loadFn) sweep(ctx context.Context, r run) error {
	var files []keyedgcs.Version
	for attrs, err := range f.store.List(ctx, f.Temp, loadFolder(f.Temp, r)) {
		if err != nil {
			return err
		}
		object, err := sibling(f.Temp, attrs.Name)
		if err != nil {
			return err
		}
		files = append(files, keyedgcs.Version{Object: object, Generation: attrs.Generation})
	}
	kept, err := f.store.DeleteTemporary(ctx, files...)
	if len(kept) > 0 {
		log.Warnf(ctx, "%s: all rows of %s are loaded, but %s; to have them deleted, use a temporary folder in a bucket without retention and holds",
			opWrite, f.Table, f.store.DescribeKept(ctx, kept))
	}
	return err
}

// CMEKDestination tells guard the destination and its key.
func (f *loadFn) CMEKDestination() destination.Destination {
	return destination.Destination{Kind: cmekpipe.KindBigQueryTable, Name: f.Table.String(), Key: f.Table.Key()}
}
