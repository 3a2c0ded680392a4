// Package bigtable is the loopback Bigtable, over gRPC, for Google's own client cloud.google.com/go/bigtable and its
// admin packages. A cluster rests under the Cloud KMS key that it was created with, and nobody reads or writes a table
// while the key of one of its clusters can't be used.
//
// # Scope
//
// BigtableInstanceAdmin: create, get, list and delete instances and clusters. BigtableTableAdmin: create, get, list and
// delete tables, change column families. Bigtable: mutations of one row and of many, reads, samples of row keys.
// Tables and rows are those of the in-memory server of Google's module, bttest, which has no instances, clusters or keys.
// Everything else answers UNIMPLEMENTED rather than something that Google's service would not.
//
// # Rows
//
// Google's limits of row keys, families, columns, values and mutations hold, and a row's mutations take effect whole or
// not at all.
//
// # Keys
//
// A cluster's key must be in the cluster's region, and is used as the service agent of the instance's project. The clusters
// of an instance have keys all, or none has. The version that was primary when a cluster was made stays the cluster's.
// A key that can't be used is answered with FAILED_PRECONDITION, as Google's documentation says; it doesn't give the text,
// so that nobody should look for one. What a table rests under in each cluster, and whether Bigtable could use it, is in
// the table's view of encryption.
//
// # Ledger
//
// A cluster is an entry with the key that its creator asked for. A table, and the rows of each write, are an entry for
// each cluster, under the key of the cluster. No entry tells anything of a row.
//
// # Operations
//
// Creations take effect at once, and their operations are over when they are answered.
package bigtable
