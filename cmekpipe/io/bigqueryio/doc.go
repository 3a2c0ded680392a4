// Package bigqueryio reads BigQuery, and writes tables encrypted with your Cloud KMS key.
//
// Most people need [Write], [Read] and [Query]. They are named as in Beam's bigqueryio, except that functions that create
// data accept a [cmekpipe.BigQueryTable] or a [cmekpipe.BigQueryProject], which you create from a key:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.entries"), entries)
//
// Rows are structs, named and typed as bigquery.InferSchema does, and registered with beam.RegisterType. Nested and
// repeated records, nullable columns, NUMERIC, TIMESTAMP, DATE, TIME, DATETIME, INTERVAL, JSON and GEOGRAPHY can be
// written; RANGE can't, and INTERVAL not with [WithFileLoads]. Times are truncated to microseconds.
//
// # Ways to write
//
//	WithExactlyOnce       bounded input, its default      pending streams, one commit; nothing is visible before
//	WithFileLoads         bounded input                   Avro files encrypted with a key, loaded together
//	WithAtLeastOnce       any input, default if unbounded  a retry may write rows twice
//	WithStreamingInserts  any input, as Beam's Write does  a retry rarely writes rows twice
//
// # What each way promises
//
// No way loses a row of a job that succeeds. How often a row is in the table:
//
//	                    ExactlyOnce, FileLoads   AtLeastOnce     StreamingInserts
//	bundle retried      once                     may be twice    once within a minute, then may be twice
//	bundle run twice    once                     twice           once within a minute, then may be twice
//	worker killed       once                     may be twice    once within a minute, then may be twice
//	last step repeated  once                     no such step    no such step
//	job failed          not at all               some rows are   some rows are
//	second run          once for each run        as one run      as one run
//	drain               all rows read so far     as one run      as one run
//	above one commit    see below                no limit        no limit
//
// ExactlyOnce commits at most 10,000 bundles and 1 TB, or 10 TB in the multi-regions US and EU, in one step. It refuses more with
// code Unsupported before anything is visible: a bundle that alone exceeds the limit stops at once, a run whose bundles exceed it
// together stops in its last step, because no worker sees the others' bytes. [WithTemporaryTable] and FileLoads write any size
// once and in one step; set one of them if a run may get near the limit. WithTemporaryTable is not the default, because workers then
// have to run jobs and read the rows, and because readers of the dataset can read the temporary table.
//
// A second run with bigquery.WriteTruncate replaces the rows of the first, in one step. ExactlyOnce and FileLoads require
// bounded input; a job that also reads unbounded input publishes, when it is drained, the rows that it has read of the
// bounded one. A table that is deleted while a job runs fails the job: only its first step creates a table.
//
// [Read] emits each row of the table once, as it was when its session began, and [Query] each row of the result of one query
// job, whatever is retried, run twice or late; a second run reads anew. A stream that breaks goes on at its offset.
//
// # Defaults
//
// A missing table is created with the key in the request, whatever the dataset's default key is; rows are appended to an
// existing table. An existing table must already be encrypted with the key, in any version. Workers check that again before
// they send rows if their last check is five minutes old, and before they commit rows. Datasets are never created.
// Temporary tables of [WithWriteDisposition] and [WithTemporaryTable] are in the dataset of the table, encrypted with its key
// and named cmekpipe_temp_ID or cmekpipe_temp_ID_settled; they are removed at the end and expire after seven days. One that can't
// be removed is reported in the job's log and fails nothing, because the rows are written. Temporary
// files of [WithFileLoads] are removed at the end; those of a failed run may be removed at any time after it.
//
// Rows are sent in requests of about 1 MiB, eight at a time for each worker thread. An encoded row may have up to 9.9 MB.
// BigQuery drops a pending stream that is not committed for some days, so do not use [WithExactlyOnce] for runs that long.
//
// # Permissions
//
// To write, the worker's service account needs bigquery.datasets.get, bigquery.tables.create, get, getData, updateData
// and, for temporary tables, delete, all included in roles/bigquery.dataEditor; and bigquery.jobs.create
// (roles/bigquery.jobUser) for WithFileLoads and temporary tables. The BigQuery service agent of the table's project, not
// the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key's location must match the dataset's: us
// for US, europe for EU, otherwise the same region.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text of the job's
// error.
//
//	KeyMissing, KeyMismatch  the table is encrypted with none of your keys, or with another
//	LocationMismatch         the key can't serve the dataset
//	KeyDisabled, KeyDenied, KeyNotFound
//	                         BigQuery can't use the key
//	NotFound                 no such dataset or table
//	InvalidOptions           the rows don't fit the table
//	Unsupported              one commit or load job may not have so many rows
//	Unavailable              retries did not help
//
// No error contains a value of a row. A failed run with WithExactlyOnce or WithFileLoads leaves the table's rows unchanged.
//
// Retries end after two minutes, or 20 for a new stream and a commit. While BigQuery refills a quota they go on: 15 minutes
// for rows, 65 for new streams. Rows of unbounded input wait for their quota until the runner ends the bundle.
//
// # Concurrency
//
// All workers read and write in parallel. A worker process has one client, and at most four connections to the
// default stream of a table; WithExactlyOnce has one for each bundle. Each worker thread that writes has about 10 MiB of
// buffers. The last step of WithExactlyOnce and WithFileLoads is one call or job, after which all rows are visible;
// attempts of it may run at the same time. Two writes of one pipeline to the same table are refused by package guard unless
// both append.
//
// # Testing
//
// Package cmektest starts a local BigQuery and Cloud KMS that enforce keys, and connects pipelines on Prism and the
// direct runner to them.
package bigqueryio
