// Package storage is the loopback Storage Read and Write APIs of BigQuery over gRPC, on the tables of a [store.Store].
//
// # Writing
//
// AppendRows appends rows of a writer's proto schema to the default stream and to streams of the types COMMITTED, BUFFERED
// and PENDING, with offsets. A row that does not fit the table refuses the whole request and is listed in row_errors.
// Rows of a PENDING stream show when BatchCommitWriteStreams commits it, all streams of a call in one step. Rows in Arrow
// format and default values are left out.
//
// Rows wait in write-optimized storage, and [store.Limits] has the quotas: new streams, open connections, throughput, and
// the streams and bytes of a commit. With late appends, requests of a connection that is gone are still carried out.
//
// # Reading
//
// A session is a snapshot of a table at the time of its creation, with selected top-level columns and a row restriction,
// in Arrow or Avro. Every call checks that the key that encrypts the table can still be used.
//
// # Errors
//
// A refusal carries a StorageError where the API has a code for it. An error of one request of AppendRows, also of one that
// is too large, is part of its answer; a table, stream or key that can't be used and a quota that is used up end the
// connection.
package storage
