// Package spannerio reads rows of Cloud Spanner, and writes them to a database that rests under a Cloud KMS key.
//
// Most people need [Write] and [Read]. They are named and used as in Beam's spannerio, except that the writer takes a
// [cmekpipe.Database], which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	ledger := key.MustDatabase("projects/bank-prod/instances/main/databases/ledger")
//	spannerio.Write(s, ledger, "Entries", entries)
//
// In Spanner the key belongs to the database and is chosen when the database is made. So every writer checks the
// database's keys before it accepts its first row and again every five minutes, and refuses a database without a key or with
// another one. With [CreateDatabase] it creates a database that does not exist, always with the key.
//
// [Read] and [Query] create nothing at rest and take names as Beam's do. They are not Beam's own: its Query crashes by
// default, loses the timestamp bound, and its package links a test server into every program.
//
// # Defaults
//
// Rows are inserted or, where their key exists, updated in the columns that they have, so that writing a row twice leaves
// it there once. A batch is a commit of at most 1,000 rows ([UseBatchSize]), 40,000 values, which is half of what Spanner
// takes, and 8 MiB. Where indexes make that too much for a commit, the batch is parted. A batch is not the bundle: a run
// that fails leaves the batches before the failure.
//
// Columns are those of a struct's exported fields, by their names or "spanner" tags; a field tagged "-" is none. See
// cloud.google.com/go/spanner for the types.
//
// # Permissions
//
// The worker's service account needs spanner.databases.get, spanner.sessions.create and spanner.databases.write to write,
// spanner.databases.select to read. CreateDatabase also needs spanner.instances.get and spanner.databases.create. The
// Spanner service agent of the instance's project, and not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on
// the key. The key must be in the instance's region.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle at once with
// a *cmekpipe.Error; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error. Its code is
// KeyMissing or KeyMismatch if the database rests under no or another key, with both keys in its text, KeyDisabled, KeyDenied
// or KeyNotFound if Spanner can't use the key, LocationMismatch if a new database's key is in another place, NotFound for
// a missing database or table, PreconditionFailed or InvalidOptions for rows that the table doesn't take,
// PermissionDenied for the worker's own permissions, and Unavailable when trying again did not help.
//
// Spanner doesn't say why it can't use a key. A worker that may see the key, with roles/cloudkms.viewer, looks; without,
// KeyDisabled stands for all reasons. Spanner's errors quote rows; what is kept of their texts is names of tables and
// columns.
//
// # Concurrency
//
// All transforms work on all workers; only the parting of a query is one small step. Every worker thread has one client
// and looks at the database once, and again for a while if Spanner has too many such calls. Writers hold two batches in
// memory, one of which is on its way, and are fused with the step that makes the rows.
//
// # Testing
//
// Package cmektest starts a loopback Spanner and Cloud KMS that enforce keys, and points workers on Prism and the
// direct runner at them.
package spannerio
