package fhirio_test

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleImport() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main")

	p, s := beam.NewPipelineWithRoot()
	resources := beam.Create(s, `{"resourceType":"Patient","id":"p-1"}`) // or what textio.Read returns
	refused, failures := fhirio.Import(s, store, key.MustObject("gs://clinic-scratch/fhir"), key.MustObject("gs://clinic-failed/fhir"),
		fhirio.ContentStructureResource, resources)
	_, _ = refused, failures // for textio.WriteSharded, to somewhere under a key

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}
