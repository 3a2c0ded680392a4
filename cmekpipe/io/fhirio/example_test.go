package fhirio_test

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func ExampleImport() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main")

	p, s := beam.NewPipelineWithRoot()
	resources := textio.Read(s, "gs://clinic-inbox/*.ndjson")
	refused, failures := fhirio.Import(s, store, key.MustObject("gs://clinic-scratch/fhir"), key.MustObject("gs://clinic-failed/fhir"),
		fhirio.ContentStructureResource, resources)
	textio.WriteSharded(s, key.MustObject("gs://clinic-failed/refused"), refused)
	textio.WriteSharded(s, key.MustObject("gs://clinic-failed/failures"), failures)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleExecuteBundles() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/records/fhirStores/main")

	p, s := beam.NewPipelineWithRoot()
	bundles := textio.Read(s, "gs://clinic-inbox/bundles/*.ndjson")
	answers, failures := fhirio.ExecuteBundles(s, store, bundles)
	textio.WriteSharded(s, key.MustObject("gs://clinic-out/answers"), answers)
	textio.WriteSharded(s, key.MustObject("gs://clinic-failed/failures"), failures)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

// The source's dataset must have no customer-managed key.
func ExampleDeidentify() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	source := "projects/clinic/locations/us-central1/datasets/inbox/fhirStores/main"
	store := key.MustFHIRStore("projects/clinic/locations/us-central1/datasets/research/fhirStores/main")

	p, s := beam.NewPipelineWithRoot()
	fhirio.Deidentify(s, source, store, &healthcare.DeidentifyConfig{})

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	paths := beam.Create(s, []byte("projects/clinic/locations/us-central1/datasets/records/fhirStores/main/fhir/Patient/p-1"))
	fhirio.Read(s, paths)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}

func ExampleSearch() {
	p, s := beam.NewPipelineWithRoot()
	queries := beam.Create(s, fhirio.SearchQuery{ResourceType: "Patient", Parameters: map[string]string{"gender": "female"}})
	fhirio.Search(s, "projects/clinic/locations/us-central1/datasets/records/fhirStores/main", queries)

	_, _, err := p.Build()
	fmt.Println("built:", err == nil)
	// Output: built: true
}
