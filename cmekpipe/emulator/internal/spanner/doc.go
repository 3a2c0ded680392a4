// Package spanner is the loopback Cloud Spanner, over gRPC, for Google's own clients cloud.google.com/go/spanner and its
// admin packages. A database rests under the Cloud KMS keys that it was created with, and nobody reads or writes it
// while one of them can't be used.
//
// # Scope
//
// InstanceAdmin: create, get and list instances. DatabaseAdmin: create, get, list and drop databases, read and extend
// their schema. Spanner: sessions, read-only and read-write transactions, commits of mutations, reads by key and of
// whole tables, and queries of the form SELECT columns FROM table WHERE comparisons joined by AND, whole or in partitions.
// Everything else answers UNIMPLEMENTED rather than something that Google's service would not.
//
// The in-memory server of Google's module, spannertest, is not beneath this one: it has no instances, one database for
// all names, neither single-use commits nor partitions, and keeps the first rows of a commit whose last row it refuses.
//
// # Rows
//
// A commit takes effect whole or not at all. Types, lengths, NOT NULL, parents of interleaved rows and Google's limits
// per commit hold. A transaction that only reads sees the rows as they were when it began. Transactions that write do
// not conflict, as calls are served one at a time.
//
// # Keys
//
// CreateDatabase asks Cloud KMS, as the service agent of the database's project, for each key. The versions that were
// primary then stay those of the database. A key that can't be used is answered as Google does: FAILED_PRECONDITION,
// without a word on the reason. A key must be where [location.ForSpanner] says.
//
// # Operations
//
// Creations take effect at once. Their operation is reported as running once, so that clients have to ask for it, and the
// new database as CREATING until somebody did or looked at the database.
//
// # Concurrency
//
// Calls are served one at a time, each whole.
package spanner
