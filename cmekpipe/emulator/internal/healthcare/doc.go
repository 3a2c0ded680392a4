// Package healthcare serves the loopback Cloud Healthcare API, version v1 over REST, for Google's own client
// google.golang.org/api/healthcare/v1. It enforces customer-managed keys: a dataset is created with or without a key,
// which never changes and encrypts everything in the dataset. Use [New].
//
// # Scope
//
// Datasets: create, get, delete. FHIR stores: create, get, import, deidentify. Resources: create, read, update, search
// and bundles of types batch and transaction, whose entries may create, read and update. Operations: get and cancel.
// Everything else answers 404. An unsupported part of a call is refused, not ignored.
//
// Resources are stored as they are: there is no validation beyond type and id, no referential integrity, no history,
// and the only search parameters are _id, _count and _page_token. De-identification copies resources and redacts
// nothing.
//
// # Operations
//
// The work of a long-running operation is done before the first answer, which says that it is running; every later one
// says that it is done. Import reads Cloud Storage through the function that [New] is given. It skips resources that
// the store does not accept and counts them; it writes nothing to Cloud Logging.
//
// # Keys
//
// A key must be in the location of the dataset (field EncryptionSpec.kmsKeyName of the API), and the Healthcare service
// agent of the dataset's project must be able to use it when the dataset is created and whenever data is read or
// written. Google's service uses a key for up to an hour after it stopped working
// (https://docs.cloud.google.com/healthcare-api/docs/cmek); this one refuses at once. According to the same page,
// resources of a dataset with a key can't be de-identified. Google does not publish the status and text for an unusable
// key: here they are those of Cloud KMS.
//
// # Errors
//
// Calls about datasets, stores and operations return errors in Google's form, calls about resources an
// OperationOutcome, whose diagnostics may quote data as Google's do. All texts are ours.
//
// # Concurrency
//
// Calls are served one at a time, and each is atomic.
package healthcare
