// Package datastore serves the loopback Datastore API (google.datastore.v1 over gRPC, for
// cloud.google.com/go/datastore) and the part of the Firestore Admin API that creates its databases (v1 over REST, for
// google.golang.org/api/firestore/v1). It enforces customer-managed keys: a database is created with or without a key,
// which never changes and encrypts all of its entities. Use [New]; the two servers that it returns share their
// databases.
//
// # Scope
//
// Databases: create, get, list, delete and their operations. Entities: all methods but RunAggregationQuery. A query is
// over one kind of one namespace. It filters by ancestor, by key, and by equality of indexed properties; it orders by
// key or __scatter__, and it returns whole entities or keys. Everything else answers Unimplemented or is refused,
// including property masks, transforms, conflict detection by version and reads in the past.
//
// About one entity in 128 has the property __scatter__, by a hash of its key, as in Google's service.
//
// # Limits
//
// A commit has at most 500 mutations, a request 10 MiB, an entity 1 MiB less 4 bytes, an indexed text and a name 1,500
// bytes. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits. A commit without a transaction names
// each key once. A transaction fails with ABORTED if an entity that it read was changed before it commits.
//
// # Keys
//
// A key must be in the location of its database (us for nam5, europe for eur3), and the Firestore service agent of the
// project must be able to use it when the database is created and whenever entities are read or written. Google's
// service notices a change of a key within ten minutes; this one at once. New writes are encrypted with the newest
// primary version, which becomes one of the active versions. Source:
// https://docs.cloud.google.com/firestore/native/docs/use-cmek.
//
// # Concurrency
//
// Calls are served one at a time, and each is atomic.
package datastore
