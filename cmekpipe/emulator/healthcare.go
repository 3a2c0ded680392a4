package emulator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// LimitFHIROperations makes imports and other operations on FHIR stores last for some time by the cloud's clock, and
// refuses, with status 409 and code ABORTED, an import of a store on which as many operations run as most says. By default
// operations end at once.
func (c *Cloud) LimitFHIROperations(most int, lasting time.Duration) {
	c.records.LimitOperations(most, lasting)
}

// CreateFHIRStore creates an R4 store, named "projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE",
// that accepts updates of resources that don't exist. It also creates the dataset unless it exists. Key encrypts a new
// dataset and its stores; stores in an existing dataset are encrypted with the dataset's key. The zero KeyName creates
// a dataset without a key.
func (c *Cloud) CreateFHIRStore(ctx context.Context, name string, key cmekpipe.KeyName) error {
	dataset, store, ok := strings.Cut(name, "/fhirStores/")
	parent, id, found := strings.Cut(dataset, "/datasets/")
	if !ok || !found {
		return fmt.Errorf("emulator: got FHIR store %q, want projects/P/locations/L/datasets/D/fhirStores/S", name)
	}
	client, err := healthcare.NewService(ctx, c.ClientOptions(Healthcare)...)
	if err != nil {
		return failure("create FHIR store", name, err)
	}
	datasets := client.Projects.Locations.Datasets
	if _, err := datasets.Get(dataset).Context(ctx).Do(); err != nil {
		spec := &healthcare.Dataset{}
		if key.Valid() {
			spec.EncryptionSpec = &healthcare.EncryptionSpec{KmsKeyName: key.String()}
		}
		if _, err := datasets.Create(parent, spec).DatasetId(id).Context(ctx).Do(); err != nil {
			return failure("create dataset", dataset, err)
		}
	}
	spec := &healthcare.FhirStore{Version: "R4", EnableUpdateCreate: true}
	_, err = datasets.FhirStores.Create(dataset, spec).FhirStoreId(store).Context(ctx).Do()
	return failure("create FHIR store", name, err)
}
