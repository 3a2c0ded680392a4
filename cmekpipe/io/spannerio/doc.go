// Package spannerio reads rows of Cloud Spanner, and writes them to a database encrypted with your Cloud KMS key.
//
// Most people need [Write] and [Read]. They are named and used as in Beam's spannerio, except that the writer has a
// [cmekpipe.SpannerDatabase], which you create from a key:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	ledger := key.MustSpannerDatabase("projects/bank-prod/instances/main/databases/ledger")
//	spannerio.Write(s, ledger, "Entries", entries)
//
// In Spanner the key belongs to the database and is chosen when the database is created. So every writer checks the
// database's keys before it accepts its first row, and before a write if the last check is five minutes old, and refuses a database without a key or with
// another one. With [WithCreateIfMissing] a missing database is created at the start of the run, always with the key; a
// database that is deleted later is an error.
//
// [Read] and [Query] create no data and take names as Beam's do. They are not Beam's own: its Query crashes by default,
// loses the timestamp bound, and its package links a test server into every program.
//
// # Defaults
//
// Rows are inserted or, where their key exists, updated in the columns that they have, so that writing a row twice leaves
// it there once. A batch is a commit of at most 1,000 rows ([UseBatchSize]), 40,000 values, which is half of Spanner's
// limit, and 8 MiB. Where indexes make that too much for a commit, the batch is split. A batch is not a Beam bundle: a
// failed run keeps the batches before the failure.
//
// Columns are the exported fields of a struct, by their names or "spanner" tags; a field tagged "-" is skipped. See
// cloud.google.com/go/spanner for the types.
//
// # Retries
//
//	retried bundle    writes the same rows again; each is there once
//	twin bundle       as a retried bundle
//	killed worker     what it had written stays, and is written again
//	late bundle       a worker that hung writes the same rows again, even after the run, and over what others wrote there since
//	second run        writes the same rows again, after the first run or at the same time; of different ones with one key the later stays
//	drain             writes what was read; a second run that reads the rest loses nothing
//	failed bundle     leaves no client, connection or goroutine behind
//
// # Permissions
//
// The worker's service account needs spanner.databases.get, spanner.sessions.create and spanner.databases.write to write,
// spanner.databases.select to read. WithCreateIfMissing also needs spanner.instances.get and spanner.databases.create. The
// Spanner service agent of the instance's project, not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on
// the key. The key must be in the instance's region.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle at once
// with a *cmekpipe.Error, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text of the
// job's error.
//
//	KeyMissing, KeyMismatch             the database is encrypted with none of your keys, or with another; the error names both
//	KeyDisabled, KeyDenied, KeyNotFound
//	                                    Spanner can't use the key
//	LocationMismatch                    the key of a new database is in another location
//	NotFound                            no such database or table
//	PreconditionFailed, InvalidOptions  the table does not accept the rows
//	PermissionDenied                    the worker lacks a permission
//	Unavailable                         retries did not help
//
// Spanner does not say why it can't use a key. A worker that may read the key, with roles/cloudkms.viewer, asks Cloud KMS;
// otherwise KeyDisabled stands for all reasons. Spanner's errors quote rows; only names of tables and columns are kept.
//
// # Concurrency
//
// All transforms run on all workers; only the partitioning of a query is one small step. A worker process has one
// client and checks the database once in five minutes, with retries while Spanner throttles such calls. Each of its threads
// holds two batches in memory, one of them in flight. Writers are fused with the step that produces the rows, unless
// WithCreateIfMissing makes them wait for the database.
//
// # Testing
//
// Package cmektest starts a local Spanner and Cloud KMS that enforce keys, and connects pipelines on Prism and the
// direct runner to them.
package spannerio
