// Package fhirio writes FHIR resources to the Cloud Healthcare API, into stores that rest under a Cloud KMS key, and
// reads them.
//
// Most people need [Import], for many resources, or [ExecuteBundles], for requests that belong together. They are named
// and used as in Beam's fhirio, except that what is written to is a [cmekpipe.FHIRStore] and files go to a
// [cmekpipe.Object], which only a key can mint:
//
//	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main")
//	temp := key.MustObject("gs://clinic-scratch/fhir")
//	failed := key.MustObject("gs://clinic-failed/fhir")
//	refused, failures := fhirio.Import(s, store, temp, failed, fhirio.ContentStructureResource, resources)
//
// Store, temporary files and failed files may rest under three different keys. [Read] and [Search] create nothing at
// rest and are Beam's own.
//
// # Defaults
//
// A FHIR store is encrypted with the key of its dataset, which is chosen when the dataset is created and never changes. Every
// worker checks that key before it sends anything, and again every five minutes, because a dataset may be deleted and created
// again: a dataset without the key is refused. No
// dataset and no store is ever created. Files are written with the key's name in the request, see package textio.
//
// There is no fallback: not to a temp_location or staging_location, where Beam's Import puts resources if it is given no
// folder, and not to deleting the files of a failed import, as Beam's does if it is given no folder for them.
//
// # Repeated work
//
// A runner may do anything twice. An import is idempotent: each resource brings its id, and is stored under it again.
// ExecuteBundles is as idempotent as the bundles: an update (PUT) or a conditional create may be repeated, a plain
// create (POST) makes a second resource.
//
// # Permissions
//
// The worker's service account needs healthcare.datasets.get on the dataset, which roles/healthcare.datasetViewer
// holds; for ExecuteBundles healthcare.fhirStores.executeBundle and what the requests need
// (roles/healthcare.fhirResourceEditor); for Import and Deidentify healthcare.fhirStores.import or deidentify and
// healthcare.operations.get and cancel (roles/healthcare.fhirStoreAdmin). For Import it also needs
// roles/storage.objectUser on both buckets, and the Cloud Healthcare service agent roles/storage.objectAdmin on that of
// the temporary files. The Cloud Healthcare service agent of the dataset's project and the Cloud Storage service agents
// of the buckets' need roles/cloudkms.cryptoKeyEncrypterDecrypter on their keys. A dataset's key is in the dataset's
// location.
//
// # Errors
//
// A wrong use panics with a [*cmekpipe.Error] when the pipeline is built. What is wrong with the data goes to the
// outputs for it. Everything else ends the bundle with a *cmekpipe.Error, which [cmekpipe.FindError] finds in the text
// of the job's error: KeyMissing and KeyMismatch for the dataset's key, KeyDisabled, KeyDenied, KeyNotFound,
// PermissionDenied, NotFound, and Unavailable when two minutes of trying again did not help. No error and no log holds
// a resource or what the service says about one.
//
// Google's service notices only after up to an hour that a key stopped working; see
// https://docs.cloud.google.com/healthcare-api/docs/cmek.
//
// # Concurrency
//
// All transforms work on all workers, one call at a time in each of their threads. A file of Import holds up to 256 MiB.
//
// # Testing
//
// Package cmektest starts a loopback Healthcare API, Cloud Storage and Cloud KMS that enforce keys, and points workers on
// Prism at them. Beam's Read and Search don't honour its variable.
package fhirio
