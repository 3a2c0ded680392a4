package cmekpipe_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

var goodFhirStores = []string{
	"projects/bank-prod/locations/europe-west3/datasets/d/fhirStores/f", "projects/example.com:proj/locations/us/datasets/D.1_x-/fhirStores/" + strings.Repeat("f", 256),
}

var badFhirStores = []refusal{
	{"empty", "", "got nothing, want projects/…"},
	{"dataset only", "projects/bank-prod/locations/us/datasets/d", "want projects/…/locations/…/datasets/…/fhirStores/…"},
	{"resource in it", "projects/bank-prod/locations/us/datasets/d/fhirStores/f/fhir/Patient", "want projects/…"},
	{"wrong collection", "projects/bank-prod/locations/us/datasets/d/dicomStores/f", `got collection "dicomStores", want "fhirStores"`},
	{"bad project", "projects/Bank/locations/us/datasets/d/fhirStores/f", "got project"},
	{"upper-case location", "projects/bank-prod/locations/US/datasets/d/fhirStores/f", "lower case"},
	{"no dataset", "projects/bank-prod/locations/us/datasets//fhirStores/f", "got dataset"},
	{"dataset of 257 characters", "projects/bank-prod/locations/us/datasets/" + strings.Repeat("d", 257) + "/fhirStores/f", "got dataset"},
	{"blank in a store", "projects/bank-prod/locations/us/datasets/d/fhirStores/f f", "got FHIR store"},
	{"newline", "projects/bank-prod/locations/us/datasets/d/fhirStores/f\n", "got FHIR store"},
}

func TestKeyCreatesFHIRStores(t *testing.T) {
	good := make(map[string]string)
	for _, name := range goodFhirStores {
		good[name] = name
	}
	checkCreates(t, cmekpipe.KeyName.FHIRStore, good)
}

func TestFHIRStoreRefuses(t *testing.T) {
	checkRefuses(t, cmekpipe.KeyName.FHIRStore, "cmekpipe.KeyName.FHIRStore", badFhirStores)
}

func TestFHIRStoreParts(t *testing.T) {
	d := mustKeyName(t).MustFHIRStore("projects/bank-prod/locations/us/datasets/d/fhirStores/f")
	got := [...]string{d.Project(), d.Location(), d.Dataset(), d.ID(), d.DatasetName()}
	if want := [...]string{"bank-prod", "us", "d", "f", "projects/bank-prod/locations/us/datasets/d"}; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzFHIRStore(f *testing.F) {
	for _, name := range goodFhirStores {
		f.Add(name)
	}
	for _, tt := range badFhirStores {
		f.Add(tt.text)
	}
	fuzzDestination(f, cmekpipe.KeyName.FHIRStore)
}

func TestTheZeroFHIRStoreHasNoDataset(t *testing.T) {
	if got := (cmekpipe.FHIRStore{}).DatasetName(); got != "" {
		t.Errorf("got dataset %q, want none", got)
	}
}
