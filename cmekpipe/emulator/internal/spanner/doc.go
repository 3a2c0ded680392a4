// Package spanner serves the loopback Cloud Spanner over gRPC, for Google's own clients cloud.google.com/go/spanner and
// its admin packages. A database is encrypted with the Cloud KMS keys that it was created with, and its rows can't be
// read or written while one of them can't be used.
//
// # Scope
//
// InstanceAdmin: create, get and list instances. DatabaseAdmin: create, get, list and drop databases, read and extend
// their schema. Spanner: sessions, read-only and read-write transactions, commits of mutations, reads by key and of
// whole tables, and queries of the form SELECT columns FROM table WHERE comparisons joined by AND, whole or in
// partitions. Everything else answers UNIMPLEMENTED.
//
// This package does not use spannertest, the in-memory server of Google's module: spannertest has no instances, one
// database for all names, neither single-use commits nor partitions, and it keeps the first rows of a commit whose last
// row it refuses.
//
// # Rows
//
// A commit takes effect as a whole or not at all. Types, lengths, NOT NULL, parents of interleaved rows and Google's
// limits per commit are enforced. A read-only transaction sees the rows as they were when it began. Read-write
// transactions do not conflict, because calls are served one at a time.
//
// # Keys
//
// CreateDatabase calls Cloud KMS for each key as the service agent of the database's project. The database keeps the
// versions that are primary then. A key that can't be used fails with FAILED_PRECONDITION and no reason, as in Google's
// service. A key must be in a location that [location.ForSpanner] returns.
//
// # Operations
//
// Creations take effect at once. Their operation is reported as running once, so that clients have to poll it, and the
// new database as CREATING until a client polled the operation or got the database.
//
// # Concurrency
//
// Calls are served one at a time, and each is atomic.
package spanner
