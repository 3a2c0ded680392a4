package fhirio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fhirio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// ContentStructure is Beam's type for the kind of an element of [Import].
type ContentStructure = fhirio.ContentStructure

// The content structures. Google's service treats the unspecified one as bundles.
const (
	ContentStructureUnspecified = fhirio.ContentStructureUnspecified
	ContentStructureBundle      = fhirio.ContentStructureBundle
	ContentStructureResource    = fhirio.ContentStructureResource
)

// Import stores a PCollection<string> of resources, or of bundles of resources, each a JSON text, in a FHIR store. It
// writes them to files in the folder temp, encrypted with temp's key, imports the files with the Healthcare API, and removes
// them. Every resource must have an ID. Source: method fhirStores.import of the API.
//
// It returns two PCollection<string>: the elements that are not JSON objects, and one message for each file that was not
// imported completely because of its data. Such a file is kept in the folder deadLetter, encrypted with its key; the message names it, and
// contains the service's text, which may quote data. Any part of its resources may have been stored. Both outputs are in the
// global window.
//
// Unbounded input is collected for up to a minute, so that an import has many elements; the runner stores it meanwhile.
//
// A file is removed after its import, or its copy to deadLetter, is complete. Files are in folders .cmekpipe-temp-ID below
// temp, one for each worker thread of a run, so that two runs of one template may run at the same time. A failed run leaves
// files behind, and a worker that dies may; a lifecycle rule may remove them after the run. Files that Cloud Storage refuses to
// delete, because the bucket has a retention policy or holds, are named in the log, and the import succeeds: use folders in a
// bucket without them.
//
// Import panics with a [*cmekpipe.Error] when the pipeline is built: for a zero store or folder (KeyMissing), a store
// outside its key's location (LocationMismatch), elements that are not strings (InvalidOptions), and folders with
// wildcards or too long names (InvalidName).
func Import(
	s beam.Scope, store cmekpipe.FHIRStore, temp, deadLetter cmekpipe.Object, structure ContentStructure, col beam.PCollection,
) (refused, failures beam.PCollection) {
	must0(checkStore(opImport, store))
	must0(checkFolder(opImport, "folder of temporary files", temp))
	must0(checkFolder(opImport, "folder of failed files", deadLetter))
	must0(checkStrings(opImport, store.String(), col))
	s = s.Scope(opImport)
	batches, refused := beam.ParDo2(s, &batchFn{Store: store, Temp: temp}, collected(s, col))
	// The reshuffle fixes the set of files first: a retried bundle may leave a file behind, but it is not imported.
	failed, imported := beam.ParDo2(s, &loadFn{Store: store, Temp: temp, Structure: structure}, beam.Reshuffle(s, batches))
	failures, kept := beam.ParDo2(s, &deadLetterFn{Temp: temp, DeadLetter: deadLetter}, failed)
	removeFiles(s, temp, beam.Flatten(s, imported, kept))
	return refused, failures
}

// removeFiles removes files that are no longer needed: for bounded input at the end, together with those of failed attempts,
// otherwise one by one.
func removeFiles(s beam.Scope, temp cmekpipe.Object, done beam.PCollection) {
	impulse := beam.AddFixedKey(s, beam.Impulse(s))
	if all, err := beam.TryCoGroupByKey(s, impulse, beam.AddFixedKey(s, done)); err == nil {
		beam.ParDo0(s, &sweepFn{Temp: temp}, all)
		return
	}
	beam.ParDo0(s, &removeFn{Temp: temp}, beam.Reshuffle(s, done))
}
