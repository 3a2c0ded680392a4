// Package bigqueryio writes to BigQuery through Beam's Java SDK, with a Cloud KMS key in the configuration that leaves
// the program, and reads tables through it.
//
// Most people want package cmekpipe/io/bigqueryio, which needs no Java. This one calls Java's schema transforms
// bigquery_write, bigquery_storage_write, bigquery_fileloads and bigquery_storage_read:
//
//	bigqueryio.Write(s, key.MustTable("bank-prod.ledger.entries"), rows, bigqueryio.ExpansionAddr("localhost:8097"))
//
// Beam's own xlang/bigqueryio calls the older schemaio transforms, which take no key.
//
// A running expansion service of Beam 2.70.0 took what is sent, and the key was found in the DoFns that it answered with;
// the configurations of 2.76.0 have the same fields. A service that knows other fields refuses the pipeline when it is
// built.
//
// # Defaults
//
// Write sends the table and the key's name, and leaves all else to Java: the table is made if it is missing, rows are
// appended. Without [ExpansionAddr], Beam fetches an expansion service when the pipeline is built and starts it with
// Java. Read reads a table directly, with nothing made for it. Reading a query is left out: Java makes a temporary dataset for
// it without the key (https://github.com/apache/beam/issues/32201), and package guard refuses it.
//
// The key does not reach files: Java puts those of file loads into the job's temp location, whose bucket must have the
// key as its default, to which package launch holds it. File loads are [FileLoads], and [Automatic] with bounded rows.
//
// # Permissions
//
// As for package cmekpipe/io/bigqueryio: Java's workers use the job's service account, BigQuery its own.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built; what Beam says about the expansion service is a
// panic of Beam's. Errors on workers are Java's. Package launch stages Java's files under the job's key, on Dataflow only.
//
// # Concurrency
//
// Java's, on all workers.
//
// # Testing
//
// A handler that is registered with xlangx.RegisterHandler takes the place of an expansion service. To test with Java's
// own, run bash .ci/expansion, which needs Java and Maven.
package bigqueryio
