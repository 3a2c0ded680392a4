package fhirio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const (
	records = "projects/clinic/locations/us-central1/datasets/records/fhirStores/main"
	inbox   = "projects/clinic/locations/us-central1/datasets/inbox/fhirStores/main"
	ada     = `{"resourceType": "Patient", "id": "p-1", "gender": "female"}`
	putAda  = `{"resourceType": "Bundle", "type": "batch", "entry": [
		{"resource": ` + ada + `, "request": {"method": "PUT", "url": "Patient/p-1"}}]}`
)

func printFailure(text string) { fmt.Println("failed:", text) }

func init() { register.Function1x0(printFailure) }

// startCloud starts a loopback cloud with the store records, which is encrypted with key, a store inbox without a key, and a
// bucket for files.
func startCloud(key cmekpipe.KeyName) *emulator.Cloud {
	ctx := context.Background()
	cloud, err := emulator.Start()
	if err != nil {
		panic(err)
	}
	err = errors.Join(cloud.Setenv(), cloud.CreateKey(ctx, key), cloud.GrantKey(ctx, key, "clinic"),
		cloud.CreateFHIRStore(ctx, records, key), cloud.CreateFHIRStore(ctx, inbox, cmekpipe.KeyName{}),
		cloud.CreateBucket(ctx, "clinic", "clinic-files", "us-central1", cmekpipe.KeyName{}))
	if err != nil {
		panic(err)
	}
	return cloud
}

// fhirService returns Google's client.
func fhirService(cloud *emulator.Cloud) *healthcare.ProjectsLocationsDatasetsFhirStoresFhirService {
	service, err := healthcare.NewService(context.Background(), cloud.ClientOptions(emulator.Healthcare)...)
	if err != nil {
		panic(err)
	}
	return service.Projects.Locations.Datasets.FhirStores.Fhir
}

// printAda prints Ada's gender as the store records has it.
func printAda(cloud *emulator.Cloud) {
	answer, err := fhirService(cloud).Read(records + "/fhir/Patient/p-1").Do()
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, strings.Contains(string(text), "female"), err)
}

// Import stores many resources with few calls. It writes them to files first, encrypted with the key of their folder.
func ExampleImport() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	resources := beam.Create(s, ada, "not JSON")
	refused, failures := fhirio.Import(s, key.MustFHIRStore(records), key.MustObject("gs://clinic-files/temp"),
		key.MustObject("gs://clinic-files/failed"), fhirio.ContentStructureResource, resources)
	beam.ParDo0(s, printFailure, beam.Flatten(s, refused, failures))
	if err := ptest.Run(p); err != nil { // TestMain must call ptest.Main
		fmt.Println(err)
	}
	printAda(cloud)
	// Output:
	// failed: not JSON
	// 200 true <nil>
}

func ExampleExecuteBundles() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()

	p, s := beam.NewPipelineWithRoot()
	_, failures := fhirio.ExecuteBundles(s, key.MustFHIRStore(records), beam.Create(s, putAda))
	beam.ParDo0(s, printFailure, failures)
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printAda(cloud)
	// Output:
	// 200 true <nil>
}

// The source's dataset must have no customer-managed key.
func ExampleDeidentify() {
	key := cmekpipe.MustParseKey[location.USCentral1]("projects/clinic-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/records")
	cloud := startCloud(key.Name())
	defer cloud.Close()
	put := fhirService(cloud).Update(inbox+"/fhir/Patient/p-1", strings.NewReader(ada))
	put.Header().Set("Content-Type", "application/fhir+json")
	if answer, err := put.Do(); err != nil || answer.StatusCode >= 300 {
		fmt.Println(answer, err)
	}

	p, s := beam.NewPipelineWithRoot()
	fhirio.Deidentify(s, inbox, key.MustFHIRStore(records), &healthcare.DeidentifyConfig{})
	if err := ptest.Run(p); err != nil {
		fmt.Println(err)
	}
	printAda(cloud)
	// Output:
	// 200 true <nil>
}

// Read is Beam's own function, which only knows Google's endpoint. It stores nothing, so guard accepts it without a key.
func ExampleRead() {
	p, s := beam.NewPipelineWithRoot()
	fhirio.Read(s, beam.Create(s, []byte(records+"/fhir/Patient/p-1")))

	printVerdicts(p)
	// Output:
	// reads-only root/fhirio.Read/fhirio.readResourceFn
}

// Search is Beam's own function, as [fhirio.Read] is.
func ExampleSearch() {
	p, s := beam.NewPipelineWithRoot()
	queries := beam.Create(s, fhirio.SearchQuery{ResourceType: "Patient", Parameters: map[string]string{"gender": "female"}})
	fhirio.Search(s, records, queries)

	printVerdicts(p)
	// Output:
	// reads-only root/fhirio.Search/fhirio.searchResourcesFn
}

// printVerdicts prints what guard says about the transforms of Beam's fhirio.
func printVerdicts(p *beam.Pipeline) {
	coverage, err := guard.Inspect(p)
	if err != nil {
		panic(err)
	}
	for _, t := range coverage.Transforms {
		if strings.Contains(t.Path(), "fhirio") {
			fmt.Println(t.Verdict, t.Path())
		}
	}
}
