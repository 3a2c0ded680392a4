// Package datastore is the loopback Datastore API (google.datastore.v1 over gRPC, for cloud.google.com/go/datastore) and
// the part of the Firestore Admin API that makes its databases (v1 over REST, for google.golang.org/api/firestore/v1). It
// exists to show what becomes of entities under a customer's key: a database is made with a key or without, for ever, and
// all of its entities rest under it. Most callers need [New] alone; the two servers that it returns share their databases.
//
// # Scope
//
// Databases: create, get, list, delete and their operations. Entities: all methods but RunAggregationQuery. A query is over
// one kind of one namespace. It filters by ancestor, by the key, and by equality of indexed properties; its order is that
// of the keys or __scatter__, and it returns whole entities or keys. Everything else is Unimplemented or refused, never
// ignored: so are property masks, transforms, conflict detection by version and reads in the past.
//
// One entity in about 128 has the property __scatter__, by a hash of its key, as with Google.
//
// # Limits
//
// A commit has 500 mutations and a request 10 MiB at most, an entity 1 MiB less 4 bytes, an indexed text and a name 1,500
// bytes. Source: https://docs.cloud.google.com/datastore/docs/concepts/limits. A commit without a transaction names each key
// once. A transaction is refused with ABORTED if an entity that it read was changed before it commits.
//
// # Keys
//
// A key is in the location of its database (nam5 takes one in us, eur3 one in europe) and usable by the Firestore service
// agent of the project when the database is made and whenever entities go in or out. Google's service notices a change of a
// key within ten minutes; this one at once. New writes rest under the newest primary version, which joins the active ones.
// Source: https://docs.cloud.google.com/firestore/native/docs/use-cmek.
//
// # Concurrency
//
// Calls are served one at a time, each whole.
package datastore
