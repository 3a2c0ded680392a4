// Package bigqueryio reads BigQuery, and writes tables that rest under a Cloud KMS key.
//
// Most people need [Write], [Read] and [Query]. They are named as in Beam's bigqueryio, except that what creates data
// takes a [cmekpipe.Table] or a [cmekpipe.Query], which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	bigqueryio.Write(s, key.MustTable("bank-prod.ledger.entries"), entries)
//
// Rows are structs, named and typed as bigquery.InferSchema does, and registered with beam.RegisterType. Nested and
// repeated records, nullable columns, NUMERIC, TIMESTAMP, DATE, TIME, DATETIME, INTERVAL, JSON and GEOGRAPHY can be
// written; RANGE can't, and INTERVAL not with [FileLoads]. Times are cut to the microsecond.
//
// # Ways to write
//
//	ExactlyOnce       bounded input, the default   pending streams, one commit; nothing is visible before
//	FileLoads         bounded input                Avro files under a key, one load job
//	AtLeastOnce       any input, the default of unbounded input; a retry may write rows twice
//	StreamingInserts  any input, for compatibility; a retry rarely writes rows twice
//
// # Defaults
//
// A missing table is created, with the key in the request, so that the dataset's default key plays no part; rows are
// added to what an existing table has. An existing table must have the key already, in any version; workers
// check that again every five minutes and before they commit rows. Datasets are
// never created. Temporary tables of [WithWriteDisposition] lie in the dataset of the table, under its key, are named
// cmekpipe_temp_ID, are removed at the end and expire after seven days. Temporary files of FileLoads are removed at the
// end; those of a run that failed may be removed at any time after it.
//
// Rows are sent in requests of about 1 MiB, eight at a time for each worker thread. A row may have 9.9 MB, encoded.
// BigQuery drops a pending stream that was not committed for some days, so ExactlyOnce is not for runs that take so long.
//
// # Permissions
//
// To write, the worker's service account needs bigquery.datasets.get, bigquery.tables.create, get, getData, updateData
// and, for temporary tables, delete, all of which roles/bigquery.dataEditor holds; and bigquery.jobs.create
// (roles/bigquery.jobUser) for FileLoads and temporary tables. The BigQuery service agent of the table's project, and
// not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key must be in the place that the
// dataset's location asks for: "us" for US, "europe" for EU, else the same region.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error. Its code is
// KeyMismatch or KeyMissing for a table under another key or none, LocationMismatch for a key that can't serve the
// dataset, KeyDisabled, KeyDenied or KeyNotFound if the key is the reason, NotFound for a missing dataset or table,
// InvalidOptions for rows that don't fit the table, and Unavailable when trying again for two minutes did not help. No
// error holds a value of a row. A run of ExactlyOnce or FileLoads that fails leaves the table's rows as they were.
//
// # Concurrency
//
// All workers read and write in parallel. Each worker thread that writes has one client, one connection and about 10 MiB
// of buffers. The last step of ExactlyOnce and FileLoads is one call or job.
//
// # Testing
//
// Package cmektest starts a loopback BigQuery and Cloud KMS that enforce keys, and points workers on Prism and the
// direct runner at them.
package bigqueryio
