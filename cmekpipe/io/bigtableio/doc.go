// Package bigtableio writes rows to a Bigtable table in clusters encrypted with your Cloud KMS keys.
//
// Most people need [Write]. It is named and used as in Beam's bigtableio, except that its destination is a
// [cmekpipe.BigtableTable], which you create from a key:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	entries := key.MustBigtableTable("projects/bank-prod/instances/ledger/tables/entries")
//	bigtableio.Write(s, entries, mutations)
//
// In Bigtable the key belongs to the cluster, is chosen when the cluster is created, and must be in the cluster's region. So
// every worker checks the keys of all clusters of the instance before it accepts its first row, and refuses an instance
// with a cluster that has no key, or one that was not named. [WithAdditionalKeys] names the keys of clusters in other
// regions. A worker also refuses to write when Bigtable does not list all clusters. As anybody may add a cluster, it checks
// again before a write if the last check is five minutes old. [WithCreateIfMissing] creates a table at the start of the run, which is encrypted with the keys of
// the clusters; a table that is deleted later is an error. Instances and clusters are never created.
//
// Write sends rows in batches, as Beam's WriteBatch does; there is no other.
//
// # Defaults
//
// Rows are sent in batches of at most 10,000 operations and 8 MiB; a larger row is sent alone. The operations of a row take
// effect together or not at all. Those of one row in a batch are merged in the order in which they came, because Bigtable
// applies the entries of a request in any order. A bundle ends when Bigtable confirmed every row. Google's client, which
// Beam's writer uses, treats a row without an answer as written; here it is a failure. Beam's Write sends one request per
// row, and both of Beam's writers group all rows on one worker unless they have a GroupKey; here nothing is grouped, and a
// GroupKey has no meaning.
//
// A request that fails transiently is retried, up to 8 attempts in all, with the rows that were not written and whose cells
// all have timestamps: a retry leaves each of these cells there once, with one version. A row with a cell of
// bigtable.ServerTime would get another version, so it is never sent again, and the bundle fails. The runner then retries
// the bundle: a pipeline that lets the server choose timestamps writes at least once.
//
// A check of the keys that fails transiently is retried, too: up to 8 attempts in some seconds, and up to 18 attempts in
// about a minute and a half where a quota is exhausted.
//
// # Retries
//
//	retried bundle    writes the same cells again; each is there once, unless it gets its time from the server: then it has another version
//	twin bundle       as a retried bundle
//	killed worker     what it had written stays, and is written again
//	late bundle       a worker that hung writes the same cells again, even after the run, with the same timestamps
//	second run        writes the same cells again, after the first run or at the same time; of different ones with one key the later stays
//	drain             writes what was read; a second run that reads the rest loses nothing
//	failed bundle     leaves no client, connection or goroutine behind
//
// # Permissions
//
// The worker's service account needs bigtable.clusters.list, bigtable.tables.get and bigtable.tables.mutateRows, and
// bigtable.tables.create for WithCreateIfMissing if the table is missing. The Bigtable service agent of the instance's
// project, not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the keys.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle at once
// with a *cmekpipe.Error, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text of the
// job's error.
//
//	KeyMissing, KeyMismatch  a cluster is encrypted with none of your keys, or with another; the error names them
//	KeyDisabled, KeyDenied, KeyNotFound
//	                         Bigtable can't use a key
//	NotFound                 no such instance, table or column family
//	InvalidOptions           Bigtable does not accept the rows
//	PermissionDenied         the worker lacks a permission
//	Unavailable              retries did not help, or a cluster is not visible
//
// Bigtable does not say why it can't use a key. A worker that may read the key, with roles/cloudkms.viewer, asks Cloud KMS;
// otherwise KeyDisabled stands for all reasons. Bigtable's texts may quote row keys and are left out.
//
// # Concurrency
//
// All workers write rows. A worker process has a few connections; each of its threads holds two batches in memory: one in
// flight, and the next. Batches of a bundle follow each other, so that a bundle's operations on a row stay in order.
//
// # Testing
//
// Package cmektest starts a local Bigtable and Cloud KMS that enforce keys, and connects pipelines on Prism and the direct
// runner to them.
package bigtableio
