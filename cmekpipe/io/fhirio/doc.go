// Package fhirio writes FHIR resources to Cloud Healthcare API stores encrypted with your Cloud KMS key, and reads them.
//
// Most people need [Import], for many resources, or [ExecuteBundles], for requests that belong together. They are named
// and used as in Beam's fhirio, except that they write to a [cmekpipe.FHIRStore], and keep files in a [cmekpipe.Object],
// which you create from keys:
//
//	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main")
//	temp := key.MustObject("gs://clinic-scratch/fhir")
//	failed := key.MustObject("gs://clinic-failed/fhir")
//	refused, failures := fhirio.Import(s, store, temp, failed, fhirio.ContentStructureResource, resources)
//
// Store, temporary files and failed files may have three different keys. [Read] and [Search] create no data and are Beam's
// own.
//
// # Defaults
//
// A FHIR store is encrypted with the key of its dataset, which is chosen when the dataset is created and never changes.
// Every worker compares it with the store's key before it sends anything if its last check is five minutes old, because a dataset may
// be deleted and created again: a dataset with another key, or without one, is refused. No dataset and no store is ever
// created. Files are written with the key's name in the request, see package textio.
//
// There is no fallback: neither to a temp_location or staging_location, where Beam's Import puts resources without a folder,
// nor to deleting the files of a failed import, as Beam's does without a folder for them.
//
// # Retries
//
//	retried bundle    Import stores each resource under its ID again, once; ExecuteBundles sends its bundles again
//	twin bundle       as a retried bundle; operations that conflict are started again
//	killed worker     what it had stored stays; files that nobody imports are removed at the end of a bounded run
//	late bundle       stores the same resources again, even after the run, and over what others stored since; it may leave a file
//	second run        stores the same resources again, after the first run or at the same time; the later version stays
//	drain             imports what was read; a second run that reads the rest loses nothing
//	failed bundle     leaves no client, connection, upload or goroutine behind
//
// ExecuteBundles is as idempotent as the bundles: an update (PUT) or a conditional create may be repeated, a plain create
// (POST) creates a second resource.
//
// Calls and operations that fail transiently, or that conflict with others, are retried. Import keeps a file in the folder of
// failed files only if the service began to read it and refused its content; a failed precondition, as of a key, ends the
// bundle.
//
// # Permissions
//
// The worker's service account needs healthcare.datasets.get on the dataset, included in roles/healthcare.datasetViewer;
// for ExecuteBundles healthcare.fhirStores.executeBundle and what the requests need
// (roles/healthcare.fhirResourceEditor); for Import and Deidentify healthcare.fhirStores.import or deidentify and
// healthcare.operations.get and cancel (roles/healthcare.fhirStoreAdmin). For Import it also needs
// roles/storage.objectUser on both buckets, and the Cloud Healthcare service agent needs roles/storage.objectAdmin on the
// bucket of the temporary files. The Cloud Healthcare service agent of the dataset's project and the Cloud Storage service
// agents of the buckets' projects need roles/cloudkms.cryptoKeyEncrypterDecrypter on their keys. A dataset's key is in the
// dataset's location.
//
// # Errors
//
// Incorrect use panics with a [*cmekpipe.Error] when the pipeline is built. Faults of the data go to the outputs for them.
// Everything else ends the bundle with a *cmekpipe.Error, which [cmekpipe.FindError] finds in the text of the job's error:
// KeyMissing and KeyMismatch for the dataset's key, KeyDisabled, KeyDenied, KeyNotFound, PermissionDenied, NotFound, and
// Unavailable if two minutes of retries did not help. No error and no log contains a resource or the service's text about
// one.
//
// Google's service may take up to an hour to notice that a key stopped working; see
// https://docs.cloud.google.com/healthcare-api/docs/cmek.
//
// # Concurrency
//
// All transforms run on all workers, one call at a time in each of their threads. A file of Import holds up to 256 MiB.
//
// # Testing
//
// Package cmektest starts a local Healthcare API, Cloud Storage and Cloud KMS that enforce keys, and connects pipelines on
// Prism to them. Beam's Read and Search do not use its variable.
package fhirio
