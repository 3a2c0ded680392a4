package bigqueryio

import (
	"cloud.google.com/go/bigquery"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] and [WriteWithErrors] write.
type WriteOption func(*writeOptions)

// method is how rows reach the table.
type method string

const (
	exactlyOnce      method = "ExactlyOnce"
	atLeastOnce      method = "AtLeastOnce"
	fileLoads        method = "FileLoads"
	streamingInserts method = "StreamingInserts"
)

type writeOptions struct {
	method    method // "" until it is known whether the input is bounded
	temp      cmekpipe.Object
	create    bigquery.TableCreateDisposition
	write     bigquery.TableWriteDisposition
	schema    bigquery.Schema
	partition *bigquery.TimePartitioning
	cluster   []string
}

// ExactlyOnce writes through the Storage Write API so that each row is in the table once, whatever is tried again. Each
// bundle fills a pending stream of its own; when the input is complete, all streams are committed in one call, and
// nothing is visible before. It is the default for bounded input and refused for unbounded input.
//
// One call commits at most 10,000 streams; a run that makes more commits them in several calls, each atomic, and goes
// on where it stopped when the step is repeated. BigQuery lets a project make some 10,000 streams an hour in a region,
// so such a run is a rare one.
//
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-batch.
func ExactlyOnce() WriteOption { return func(o *writeOptions) { o.method = exactlyOnce } }

// AtLeastOnce writes through the default stream of the Storage Write API, where rows are visible as soon as they
// arrive. A bundle or a request that is tried again may write rows twice. It is the default for unbounded input.
//
// Source: https://docs.cloud.google.com/bigquery/docs/write-api-streaming.
func AtLeastOnce() WriteOption { return func(o *writeOptions) { o.method = atLeastOnce } }

// FileLoads writes each bundle as an Avro file below temp, under temp's key, and loads all files with one job that
// carries the table's key. Each row is in the table once, and nothing is visible before the job ends. The files are
// removed afterwards. It takes bounded input, and 10,000 bundles at most, the limit of a load job. The bucket must be in
// a location that the dataset can load from.
//
// Source: https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-avro.
func FileLoads(temp cmekpipe.Object) WriteOption {
	return func(o *writeOptions) { o.method, o.temp = fileLoads, temp }
}

// StreamingInserts writes through tabledata.insertAll, as Beam's Write does. Rows get an id before a reshuffle, so that a
// request or a bundle that is tried again sends the same ids, by which BigQuery drops most doubles for a minute or so.
// Prefer [AtLeastOnce], which is faster and cheaper.
//
// Source: https://docs.cloud.google.com/bigquery/docs/streaming-data-into-bigquery.
func StreamingInserts() WriteOption { return func(o *writeOptions) { o.method = streamingInserts } }

// WithCreateDisposition says what to do about a missing table. Default: bigquery.CreateIfNeeded, which creates it under
// the key. The dataset must exist.
func WithCreateDisposition(d bigquery.TableCreateDisposition) WriteOption {
	return func(o *writeOptions) { o.create = d }
}

// WithWriteDisposition says what to do about rows that the table has. Default: bigquery.WriteAppend. With
// bigquery.WriteTruncate and bigquery.WriteEmpty, which need [ExactlyOnce] or [FileLoads], rows are gathered in a
// temporary table under the key in the same dataset, and one copy job with the key replaces, or fills, the table.
func WithWriteDisposition(d bigquery.TableWriteDisposition) WriteOption {
	return func(o *writeOptions) { o.write = d }
}

// WithSchema sets the table's schema, where the one that bigquery.InferSchema finds for the element type is not what is
// wanted: GEOGRAPHY or JSON for a string, BIGNUMERIC for a *big.Rat, other modes, descriptions. Each field of the
// elements must have its column; further columns must be nullable.
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
