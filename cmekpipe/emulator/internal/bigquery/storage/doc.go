// Package storage is the loopback Storage Read and Write APIs of BigQuery over gRPC, on the tables of a [store.Store].
//
// # Writing
//
// AppendRows appends rows of a writer's proto schema to the default stream and to streams of the types COMMITTED, BUFFERED
// and PENDING, with offsets. A row that does not fit the table refuses the whole request and is listed in row_errors.
// Rows of a PENDING stream show when BatchCommitWriteStreams commits it, all streams of a call in one step. Rows in Arrow
// format, default values and updates of the table's schema in a running connection are left out.
//
// # Reading
//
// A session is a snapshot of a table at the time of its creation, with selected top-level columns and a row restriction,
// in Arrow or Avro. Every call checks that the key that encrypts the table can still be used.
//
// # Errors
//
// A refusal carries a StorageError where the API has a code for it. An error of one request of AppendRows is part of
// its answer; a table, stream or key that can't be used ends the connection.
package storage
