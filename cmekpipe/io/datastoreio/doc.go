// Package datastoreio reads entities of Datastore, which is Firestore in Datastore mode, and writes them to a database
// encrypted with your Cloud KMS key.
//
// Most people need [Write] and [Read]. Read is named and used as in Beam's datastoreio, which has no writer; Write has a
// [cmekpipe.DatastoreDatabase], which you create from a key:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	ledger := key.MustDatastoreDatabase("projects/bank-prod/databases/ledger")
//	datastoreio.Write(s, ledger, entries) // a PCollection<KV<string, Entry>>
//
// The key belongs to the database and is chosen when the database is created. So Write checks the database's key before a
// worker's first bundle, and before a write if the last check is five minutes old, and refuses a database that is encrypted with another key or with
// none of yours. With [WithCreateIfMissing] it creates a missing database at the start of the run, always with the key; a
// database that is deleted later is an error.
//
// Read creates no data. It is not Beam's own, whose source compares the sampled keys at which it splits a kind by their
// names alone: where keys have numbers, the ranges are not in order and may overlap. Beam's also reads default databases only.
//
// # Keys of entities
//
// Beam can't encode a struct that contains a *datastore.Key, because a key contains its parent: inferring a schema for the
// type never ends. So keys are passed next to their entities, as the text that (*datastore.Key).Encode returns:
//
//	func (*entryFn) ProcessElement(line string) (string, Entry) {
//		e := parse(line)
//		return datastore.NameKey("Entry", e.ID, nil).Encode(), e
//	}
//
// A type with its own coder, see beam.RegisterCoder, may hold its key in a field tagged `datastore:"__key__"`. Read then
// fills it, and Write uses it.
//
// # Defaults
//
// Entities are stored whole: one with the same key is replaced, so that writing it twice leaves it there once. A batch is a
// commit without a transaction of at most 500 entities and about 8 MiB. A batch is not a Beam bundle: a failed run keeps the
// batches before the failure. A call has a minute, and at most six attempts where a retry may help.
//
// # Retries
//
//	retried bundle    writes the same entities again; each is there once
//	twin bundle       as a retried bundle
//	killed worker     what it had written stays, and is written again
//	late bundle       a worker that hung writes the same entities again, even after the run, and over what others wrote there since
//	second run        writes the same entities again, after the first run or at the same time; of different ones with one key the later stays
//	drain             writes what was read; a second run that reads the rest loses nothing
//	failed bundle     leaves no client, connection or goroutine behind
//
// # Permissions
//
// The worker's service account needs datastore.databases.get or getMetadata, datastore.entities.create, update and delete to
// write, and datastore.entities.get and list to read: roles/datastore.user includes them. WithCreateIfMissing also needs
// datastore.databases.create and datastore.operations.get, of roles/datastore.owner. The Firestore service agent of the
// database's project, not the worker, needs roles/cloudkms.cryptoKeyEncrypterDecrypter on the key. The key's location must
// match the database's: us for nam5, europe for eur3, otherwise the same region.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. A failure on a worker ends the bundle with a
// *cmekpipe.Error, whose code says why. When the runner gives up, [cmekpipe.FindError] finds it in the text of the job's
// error.
//
//	KeyMissing, KeyMismatch  the database is encrypted with none of your keys, or with another; the error names both
//	KeyDisabled, KeyDenied, KeyNotFound
//	                         Firestore can't use the key
//	NotFound                 no such database
//	PreconditionFailed       the database is in native mode
//	InvalidOptions           Datastore does not accept the entities
//	PermissionDenied         the worker lacks a permission
//	Unavailable              retries did not help
//
// Firestore does not say why it can't use a key. A worker that may read the key, with roles/cloudkms.viewer, asks Cloud KMS;
// otherwise KeyDisabled stands for all reasons. Errors quote no entity, no property's value and no entity's key.
//
// # Concurrency
//
// All transforms run on all workers; only the splitting of a kind is one small step. A worker process has one
// client; each of its threads holds one batch in memory.
//
// # Testing
//
// Package cmektest starts a local Datastore, Firestore Admin API and Cloud KMS that enforce keys, and connects pipelines on
// Prism and the direct runner to them.
package datastoreio
