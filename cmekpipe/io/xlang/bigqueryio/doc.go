// Package bigqueryio writes BigQuery tables encrypted with your Cloud KMS key, and reads tables, through Beam's Java SDK.
//
// Most people need package cmekpipe/io/bigqueryio, which requires no Java. This one calls Java's schema transforms
// bigquery_write, bigquery_storage_write, bigquery_fileloads and bigquery_storage_read with the key in their configuration:
//
//	bigqueryio.Write(s, key.MustBigQueryTable("bank-prod.ledger.entries"), rows, bigqueryio.WithExpansionAddr("localhost:8097"))
//
// Beam's own xlang/bigqueryio calls the older schemaio transforms, which accept no key.
//
// Tested with an expansion service of Beam 2.70.0: it accepted the configuration, and the DoFns that it returned contained
// the key. The configurations of 2.76.0 have the same fields. A service with other fields refuses the pipeline when it is
// built.
//
// # Defaults
//
// Write sends the table and the key's name, and leaves the rest to Java: a missing table is created, rows are appended.
// Without [WithExpansionAddr], Beam downloads an expansion service when the pipeline is built and starts it with Java. Read
// reads a table directly and stores nothing. There is no Query: Java creates a temporary dataset without the key for it
// (https://github.com/apache/beam/issues/32201), and package guard refuses it.
//
// The key does not apply to files: Java puts those of file loads into the job's temp location, whose bucket must have the
// key as its default, which package launch checks. [FileLoads], and [Automatic] with bounded rows, use file loads.
//
// # Permissions
//
// As for package cmekpipe/io/bigqueryio: Java's workers use the job's service account, BigQuery its own. The check of the
// table's key needs bigquery.datasets.get and bigquery.tables.get.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built; failures of the expansion service are panics of
// Beam's. The check of an existing table fails with a *cmekpipe.Error; other errors on workers are Java's. Package launch stages Java's files encrypted with the job's key, on Dataflow only.
//
// # Concurrency
//
// Java's transforms run on all workers.
//
// # Testing
//
// A handler that is registered with xlangx.RegisterHandler replaces the expansion service. To test with Java's own, run
// bash .ci/expansion, which needs Java and Maven.
package bigqueryio
