// Package bigtableio writes rows to a Bigtable table whose clusters rest under Cloud KMS keys.
//
// Most people need [Write]. It is named and used as in Beam's bigtableio, except that it takes a [cmekpipe.BigtableTable],
// which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	entries := key.MustBigtableTable("projects/bank-prod/instances/ledger/tables/entries")
//	bigtableio.Write(s, entries, mutations)
//
// In Bigtable the key belongs to the cluster, is chosen when the cluster is created, and must be in the cluster's region. So
// every worker checks the keys of all clusters of the instance before it accepts its first row, and refuses an instance
// with a cluster that has no key, or one that was not named. [ClusterKey] names the keys of clusters in other regions. A
// worker also refuses to write when Bigtable does not list all clusters. As anybody may add a cluster, it checks again every
// five minutes. [CreateIfMissing] creates a table, which is encrypted with the keys of the clusters; instances and clusters
// are never created.
//
// # Defaults
//
// Rows are sent in batches of at most 10,000 operations and 8 MiB; a row that is larger is sent by itself. A row's operations
// take effect whole or not at all. Those of one row in a batch are merged in the order in which they came, as Bigtable
// applies the entries of a request in any order. A bundle ends when every row was answered as written. Google's client, which
// Beam's writer uses, takes a row that was not answered for written; here it is a failure. Beam's Write sends a request for
// each row, and both of its writers group rows on one worker unless they have a GroupKey; here nothing is grouped, and a
// GroupKey has no meaning.
//
// A request that fails in a way that may pass is made again, up to 8 times in all, for the rows that weren't written and whose
// cells all bring their time along: that leaves each cell there once, with one version, whatever happened. A row with a cell
// of bigtable.ServerTime would get another version of it, so that it is never sent again, and the bundle fails. A runner then
// runs the bundle again: a pipeline that lets the server choose times writes at least once.
//
// A look at the keys that fails in such a way is made again, too: up to 8 times, which takes some seconds, and up to 18 times in
// about a minute and a half where a quota is used up for the moment.
//
// # Permissions
//
// The worker's service account needs bigtable.clusters.list, bigtable.tables.get and bigtable.tables.mutateRows, and
// bigtable.tables.create for CreateIfMissing where the table is missing. The Bigtable service agent of the instance's project,
// and not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the keys.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle at once with
// a *cmekpipe.Error; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error. Its code is
// KeyMissing or KeyMismatch if a cluster rests under no or another key, with the keys in its text, KeyDisabled, KeyDenied or
// KeyNotFound if Bigtable can't use a key, NotFound for a missing instance, table or column family, InvalidOptions for rows
// that Bigtable doesn't take, PermissionDenied for the worker's own permissions, and Unavailable when trying again did not
// help or a cluster can't be seen.
//
// Bigtable doesn't say why it can't use a key. A worker that may see the key, with roles/cloudkms.viewer, looks; without,
// KeyDisabled stands for all reasons. Bigtable's texts may quote row keys and are left out.
//
// # Concurrency
//
// Rows are written by all workers. Every worker thread has one connection and holds two batches in memory: one on its way,
// and the next. Batches of a bundle follow each other, so that what a bundle writes to a row stays in order.
//
// # Testing
//
// Package cmektest starts a loopback Bigtable and Cloud KMS that enforce keys, and points workers on Prism and the direct
// runner at them.
package bigtableio
