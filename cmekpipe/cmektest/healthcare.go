package cmektest

import (
	"strings"

	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Healthcare returns a client of the Cloud Healthcare API.
func (c *Cloud) Healthcare() *healthcare.Service {
	c.t.Helper()
	client, err := healthcare.NewService(c.t.Context(), c.ClientOptions(emulator.Healthcare)...)
	if err != nil {
		c.t.Fatalf("cmektest: client of the Cloud Healthcare API: %v", err)
	}
	return client
}

// FHIRStore makes an R4 store that takes updates of resources that don't exist, by its full name
// "projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE". It makes the dataset too, under key, unless
// there is one, whose key then decides. The zero KeyName makes a dataset without a key, which
// [Cloud.RequireEncrypted] reports.
func (c *Cloud) FHIRStore(name string, key cmekpipe.KeyName) {
	c.t.Helper()
	dataset, store, ok := strings.Cut(name, "/fhirStores/")
	parent, id, found := strings.Cut(dataset, "/datasets/")
	if !ok || !found {
		c.t.Fatalf("cmektest: got %q, want the full name of a FHIR store", name)
	}
	datasets := c.Healthcare().Projects.Locations.Datasets
	if _, err := datasets.Get(dataset).Do(); err != nil {
		spec := &healthcare.Dataset{}
		if key.Valid() {
			spec.EncryptionSpec = &healthcare.EncryptionSpec{KmsKeyName: key.String()}
		}
		if _, err := datasets.Create(parent, spec).DatasetId(id).Do(); err != nil {
			c.t.Fatalf("cmektest: dataset %s: %v", dataset, err)
		}
	}
	spec := &healthcare.FhirStore{Version: "R4", EnableUpdateCreate: true}
	if _, err := datasets.FhirStores.Create(dataset, spec).FhirStoreId(store).Do(); err != nil {
		c.t.Fatalf("cmektest: FHIR store %s: %v", name, err)
	}
}
