// Package datastoreio reads entities of Datastore, which is Firestore in Datastore mode, and writes them to a database that
// rests under a Cloud KMS key.
//
// Most people need [Write] and [Read]. Read is named and used as in Beam's datastoreio, which has no writer; Write takes a
// [cmekpipe.DatastoreDatabase], which only a key can mint:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	ledger := key.MustDatastoreDatabase("projects/bank-prod/databases/ledger")
//	datastoreio.Write(s, ledger, entries) // a PCollection<KV<string, Entry>>
//
// The key belongs to the database and is chosen when the database is made. So Write looks at the database before a worker's
// first bundle, and again every five minutes, and refuses one that rests under no key or under another one. With
// [CreateIfMissing] it makes a database that does not exist, under the key and never without.
//
// Read creates nothing at rest. It is not Beam's own, whose source compares the sampled keys that it cuts a kind at by their
// names alone: where keys have numbers, the ranges aren't in order, and may overlap. Beam's also reads default databases only.
//
// # Keys of entities
//
// Beam can't carry a struct that holds a *datastore.Key, since a key holds its parent: working out a schema for the type never
// ends, and the program with it. So keys travel beside their entities, as the text that (*datastore.Key).Encode makes:
//
//	func (*entryFn) ProcessElement(line string) (string, Entry) {
//		e := parse(line)
//		return datastore.NameKey("Entry", e.ID, nil).Encode(), e
//	}
//
// A type with its own coder, see beam.RegisterCoder, may hold its key in a field tagged `datastore:"__key__"`. Read then fills
// it, and Write takes it from there.
//
// # Defaults
//
// Entities are stored whole: one that has the same key is replaced, so that writing it twice leaves it there once. A batch is a
// commit without a transaction of at most 500 entities and about 8 MiB. A batch is not the bundle: a run that fails leaves the
// batches before the failure. A call is given a minute, and made six times at most where that may help.
//
// # Permissions
//
// The worker's service account needs datastore.databases.get or get metadata, datastore.entities.create, update and delete to
// write, and datastore.entities.get and list to read: roles/datastore.user has them. CreateIfMissing also needs
// datastore.databases.create and datastore.operations.get, of roles/datastore.owner. The Firestore service agent of the
// database's project, and not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key must be where
// the database is: in us for nam5, in europe for eur3, otherwise in its region.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error; when the runner gives up, [cmekpipe.FindError] finds it in the text of the job's error. Its code is
// KeyMissing or KeyMismatch if the database rests under no or another key, with both in its text, KeyDisabled, KeyDenied or
// KeyNotFound if Firestore can't use the key, NotFound for a missing database, PreconditionFailed for one in native mode,
// InvalidOptions for entities that Datastore doesn't take, PermissionDenied for the worker's own permissions, and Unavailable
// when trying again did not help.
//
// Firestore doesn't say why it can't use a key. A worker that may see the key, with roles/cloudkms.viewer, looks; without,
// KeyDisabled stands for all reasons. Errors quote no entity, no property's value and no entity's key.
//
// # Concurrency
//
// All transforms work on all workers; only the cutting of a kind is one small step. Every worker thread has one client and
// holds one batch in memory.
//
// # Testing
//
// Package cmektest starts a loopback Datastore, Firestore Admin API and Cloud KMS that enforce keys, and points workers on
// Prism and the direct runner at them.
package datastoreio
