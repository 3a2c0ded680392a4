// Package bigtable serves the loopback Bigtable over gRPC, for Google's own client cloud.google.com/go/bigtable and its
// admin packages. A cluster is encrypted with the Cloud KMS key that it was created with, and a table can't be read or
// written while the key of one of its clusters can't be used.
//
// # Scope
//
// BigtableInstanceAdmin: create, get, list and delete instances and clusters. BigtableTableAdmin: create, get, list and
// delete tables, change column families. Bigtable: mutations of one row and of many, reads, samples of row keys.
// Google's in-memory server, bttest, stores tables and rows; it has no instances, clusters or keys. Everything else
// answers UNIMPLEMENTED.
//
// # Rows
//
// Google's limits of row keys, families, columns, values and mutations are enforced, and a row's mutations take effect
// as a whole or not at all.
//
// # Keys
//
// A cluster's key must be in the cluster's region, and is used as the service agent of the instance's project. Either
// all clusters of an instance have a key or none has. A cluster keeps the version that was primary when it was created.
// A key that can't be used fails with FAILED_PRECONDITION, whose text users report but Google does not document, so programs should not
// depend on the text. A table's encryption view has the key version in each cluster and whether Bigtable could use it.
//
// # Ledger
//
// A cluster is an entry with the requested key. A table, and the rows of each write, are an entry for each cluster,
// with the key of the cluster. No entry has data of a row.
//
// # Operations
//
// Creations take effect at once, and their operations are done in the first answer.
package bigtable
