// Package healthcare is the loopback Cloud Healthcare API, version v1 over REST, for Google's own client
// google.golang.org/api/healthcare/v1. It exists to show what becomes of FHIR resources under a customer's key: a
// dataset is made with a key or without, for ever, and everything inside rests under it. Most callers need [New] alone.
//
// # Scope
//
// Datasets: create, get, delete. FHIR stores: create, get, import, deidentify. Resources: create, read, update, search
// and bundles of types batch and transaction, whose entries may create, read and update. Operations: get and cancel.
// Everything else answers 404, and a part of a call that this package doesn't carry out is refused, not ignored.
//
// Resources are kept as they come: there is no validation beyond type and id, no referential integrity, no history, and
// the only search parameters are _id, _count and _page_token. De-identification copies: nothing is redacted.
//
// # Operations
//
// The work of a long-running operation is done when it is begun. Its first answer says that it goes on, and every
// later one that it is done. Import reads Cloud Storage through the function that [New] is given, and continues after
// resources that it can't take, which only the counters tell. It says nothing about them in Cloud Logging.
//
// # Keys
//
// A key is in the location of the dataset (field EncryptionSpec.kmsKeyName of the API) and usable by the Healthcare
// service agent of the dataset's project when the dataset is made and whenever data goes in or out. Google's service
// goes on for up to an hour with a key that stopped working
// (https://docs.cloud.google.com/healthcare-api/docs/cmek); this one refuses at once. Resources of a dataset with a key
// can't be de-identified, says the same page. Which status and text Google's service answers with is not published:
// here they are those of Cloud KMS.
//
// # Errors
//
// Calls about datasets, stores and operations answer with errors of Google's form, calls about resources with an
// OperationOutcome, whose diagnostics may quote data as Google's do. All texts are ours.
//
// # Concurrency
//
// Calls are served one at a time, each whole.
package healthcare
