package bigqueryio

import (
	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] and [WriteWithErrors] write.
type WriteOption func(*writeOptions)

// method tells how rows reach the table.
type method string

const (
	exactlyOnce      method = "ExactlyOnce"
	atLeastOnce      method = "AtLeastOnce"
	fileLoads        method = "FileLoads"
	streamingInserts method = "StreamingInserts"
)

type writeOptions struct {
	method    method // "" until the input is known to be bounded or not
	staged    bool   // rows go through a temporary table
	temp      cmekpipe.Object
	create    bigquery.TableCreateDisposition
	write     bigquery.TableWriteDisposition
	schema    bigquery.Schema
	partition *bigquery.TimePartitioning
	cluster   []string
}

// WithExactlyOnce writes through the Storage Write API so that each row is in the table once, whatever is retried. Each
// bundle fills a pending stream of its own; when the input is complete, all streams are committed in one call, and
// nothing is visible before. It is the default for bounded input and refused for unbounded input.
//
// One call commits at most 10,000 bundles and 1 TB, or 10 TB in the multi-regions US and EU. A run with more fails and shows
// nothing, in its last step unless one bundle exceeds the limit: write it with [WithTemporaryTable]. BigQuery allows a project about 10,000 new streams per
// hour and region; a run that needs more waits.
//
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-batch.
func WithExactlyOnce() WriteOption { return func(o *writeOptions) { o.method = exactlyOnce } }

// WithTemporaryTable makes [WithExactlyOnce] append any number of rows and bytes in one step, beyond what one commit may
// have. Rows are collected in a temporary table in the same dataset, encrypted with the key; when all are there, a query
// job and a copy job, both with the key, append them. Google charges for the query, which reads each row once. Readers of
// the dataset can read the temporary table while the jobs run; row-level access policies of the table are not on it.
// [WithWriteDisposition] implies it.
func WithTemporaryTable() WriteOption { return func(o *writeOptions) { o.staged = true } }

// WithAtLeastOnce writes through the default stream of the Storage Write API, where rows are visible as soon as they
// arrive. A retried bundle or request may write rows twice. It is the default for unbounded input.
//
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-streaming.
func WithAtLeastOnce() WriteOption { return func(o *writeOptions) { o.method = atLeastOnce } }

// WithFileLoads writes each bundle as an Avro file with the prefix temp, encrypted with temp's key, and loads all files
// with one job that names the table's key. Each row is in the table once, and nothing is visible before the job ends. Files
// that exceed the limits of a job, 10,000 files or 15 TB, are loaded by several jobs into a temporary table, as those of
// [WithWriteDisposition] are, and one copy job with the key appends them. BigQuery allows 1,500 load jobs per table and day.
// The files are removed afterwards. It requires bounded input. The bucket must be in a location that the dataset can load
// from.
//
// Source: https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro.
func WithFileLoads(temp cmekpipe.Object) WriteOption {
	return func(o *writeOptions) { o.method, o.temp = fileLoads, temp }
}

// WithStreamingInserts writes through tabledata.insertAll, as Beam's Write does. Rows get an ID before a reshuffle, so that a
// retried request or bundle sends the same IDs, by which BigQuery drops most duplicates for about a minute. Prefer
// [WithAtLeastOnce], which is faster and cheaper.
//
// Source: https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery.
func WithStreamingInserts() WriteOption { return func(o *writeOptions) { o.method = streamingInserts } }

// WithCreateDisposition sets whether a missing table is created. Default: bigquery.CreateIfNeeded, which creates it with
// the key. The dataset must exist.
func WithCreateDisposition(d bigquery.TableCreateDisposition) WriteOption {
	return func(o *writeOptions) { o.create = d }
}

// WithWriteDisposition sets what happens to existing rows. Default: bigquery.WriteAppend. bigquery.WriteTruncate and
// bigquery.WriteEmpty require [WithExactlyOnce] or [WithFileLoads]: rows are collected in a temporary table in the same
// dataset, encrypted with the key, and one copy job with the key replaces, or fills, the table. With WithExactlyOnce, a
// query job with the key brings the rows into a second temporary table first, because copy jobs don't see rows that were
// written within the last 90 minutes.
//
// A table that is replaced keeps its columns with their modes, descriptions and policy tags, its partitioning, clustering,
// primary and foreign keys, because the temporary tables are created like it. A partition filter that it requires is not
// required of the temporary tables. Its columns with policy tags can be written only by accounts that may read them.
func WithWriteDisposition(d bigquery.TableWriteDisposition) WriteOption {
	return func(o *writeOptions) { o.write = d }
}

// WithSchema sets the table's schema. Default: the one that bigquery.InferSchema returns for the element type. Use it for
// GEOGRAPHY or JSON instead of STRING, BIGNUMERIC for a *big.Rat, other modes, or descriptions. Each field of the elements
// must have its column; further columns must be nullable.
func WithSchema(schema bigquery.Schema) WriteOption {
	return func(o *writeOptions) { o.schema = schema }
}

// WithTimePartitioning partitions a table that Write creates. An existing table is not compared with it.
func WithTimePartitioning(p bigquery.TimePartitioning) WriteOption {
	return func(o *writeOptions) { o.partition = &p }
}

// WithClustering clusters a table that Write creates by up to four columns. An existing table is not compared with it.
func WithClustering(columns ...string) WriteOption {
	return func(o *writeOptions) { o.cluster = columns }
}

func collectOptions(opts []WriteOption) writeOptions {
	o := writeOptions{create: bigquery.CreateIfNeeded, write: bigquery.WriteAppend}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
