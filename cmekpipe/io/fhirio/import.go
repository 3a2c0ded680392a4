package fhirio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fhirio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// ContentStructure says what an element of [Import] is.
type ContentStructure = fhirio.ContentStructure

// The content structures. Google's service takes the unspecified one for bundles.
const (
	ContentStructureUnspecified = fhirio.ContentStructureUnspecified
	ContentStructureBundle      = fhirio.ContentStructureBundle
	ContentStructureResource    = fhirio.ContentStructureResource
)

// Import stores a PCollection<string> of resources, or of bundles of resources, each a JSON text, in a FHIR store. It
// writes them to files in the folder temp, each under temp's key, has the Healthcare API import the files, and removes
// them. Every resource must bring its id. Source: method fhirStores.import of the API.
//
// It returns two PCollection<string>: the elements that are no JSON objects, and one message for each file of which not
// all could be imported. Such a file is kept in the folder deadLetter, under its key; the message names it, and holds
// what the service says, which may quote data. Of the resources in it any part may have been stored. Both outputs are
// in the global window.
//
// A file is removed when its import, or its copy to deadLetter, is safe. Files are in folders .cmekpipe-temp-ID below
// temp, each of one worker thread of one run, so that two runs of one template may run at the same time. A run that
// fails leaves files, and so may a worker that dies; they may be removed after the run by a lifecycle rule.
//
// Import panics with a [*cmekpipe.Error] when the pipeline is built: for a zero store or folder (KeyMissing), a store
// outside its key's location (LocationMismatch), elements that are no strings (InvalidOptions), and folders with
// wildcards or too long names (InvalidName).
func Import(
	s beam.Scope, store cmekpipe.FHIRStore, temp, deadLetter cmekpipe.Object, structure ContentStructure, col beam.PCollection,
) (refused, failures beam.PCollection) {
	must0(checkStore(opImport, store))
	must0(checkFolder(opImport, "folder of temporary files", temp))
	must0(checkFolder(opImport, "folder of failed files", deadLetter))
	must0(checkStrings(opImport, store.String(), col))
	s = s.Scope(opImport)
	batches, refused := beam.ParDo2(s, &batchFn{Store: store, Temp: temp}, inGlobalWindow(s, col))
	// What is imported is settled before it is: a bundle that is repeated may leave a file, but not have it imported.
	failed, imported := beam.ParDo2(s, &loadFn{Store: store, Temp: temp, Structure: structure}, beam.Reshuffle(s, batches))
	failures, kept := beam.ParDo2(s, &deadLetterFn{Temp: temp, DeadLetter: deadLetter}, failed)
	removeFiles(s, temp, beam.Flatten(s, imported, kept))
	return refused, failures
}

// removeFiles removes the files that are done with: in the end, with whatever attempts that failed left beside them, if
// there is an end, else one by one.
func removeFiles(s beam.Scope, temp cmekpipe.Object, done beam.PCollection) {
	impulse := beam.AddFixedKey(s, beam.Impulse(s))
	if all, err := beam.TryCoGroupByKey(s, impulse, beam.AddFixedKey(s, done)); err == nil {
		beam.ParDo0(s, &sweepFn{Temp: temp}, all)
		return
	}
	beam.ParDo0(s, &removeFn{Temp: temp}, beam.Reshuffle(s, done))
}
