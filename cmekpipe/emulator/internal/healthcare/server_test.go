package healthcare_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	parent  = "projects/" + cmektest.Project + "/locations/us-central1"
	dataset = parent + "/datasets/records"
	store   = dataset + "/fhirStores/main"
)

type world struct {
	*cmektest.Cloud
	t        *testing.T
	key      cmekpipe.KeyName
	datasets *healthcare.ProjectsLocationsDatasetsService
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	return &world{cloud, t, cloud.CreateKey("us-central1", "records"), cloud.HealthcareClient().Projects.Locations.Datasets}
}

func (w *world) create(id, key string) error {
	spec := &healthcare.Dataset{}
	if key != "" {
		spec.EncryptionSpec = &healthcare.EncryptionSpec{KmsKeyName: key}
	}
	_, err := w.datasets.Create(parent, spec).DatasetId(id).Do()
	return err
}

// bundle executes a bundle and returns the service's answer.
func (w *world) bundle(body string) (string, error) {
	call := w.datasets.FhirStores.Fhir.ExecuteBundle(store, strings.NewReader(body))
	call.Header().Set("Content-Type", "application/fhir+json")
	return w.fhir(call.Do())
}

// fhir returns the text of an answer, or its error.
func (w *world) fhir(answer *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if err := googleapi.CheckResponse(answer); err != nil {
		return "", err
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// require fails unless err has the status, 200 for none, and the text.
func require(t *testing.T, err error, want int, text string) {
	t.Helper()
	got, said := http.StatusOK, ""
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		got, said = e.Code, e.Message+e.Body
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want || !strings.Contains(said, text) {
		t.Errorf("got status %d with %q, want %d with %q", got, said, want, text)
	}
}

func TestDatasetNeedsAKeyThatTheAgentCanUse(t *testing.T) {
	w := newWorld(t)
	far, disabled, denied := w.CreateKey("europe-west3", "far"), w.CreateKey("us-central1", "disabled"), w.CreateKey("us-central1", "denied")
	w.DisableKey(disabled)
	w.DenyKey(denied, emulator.Healthcare)
	for _, tt := range []struct {
		name, id, key string
		want          int
		text          string
	}{
		{"elsewhere", "records", far.String(), 400, "Cloud KMS key location not allowed."},
		{"disabled", "records", disabled.String(), 400, "is not enabled"},
		{"denied", "records", denied.String(), 403, "useToEncrypt"},
		{"version", "records", w.key.String() + "/cryptoKeyVersions/1", 400, "want the name of a key"},
		{"bad id", "a b", w.key.String(), 400, "got datasetId a b"},
		{"good", "records", w.key.String(), 200, ""},
		{"taken", "records", w.key.String(), 409, "exists"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require(t, w.create(tt.id, tt.key), tt.want, tt.text)
		})
	}
	got := 0
	for _, e := range w.Ledger() {
		if e.Kind == "dataset" {
			got++
			if e.Name != dataset || e.ProtectedBy() != w.key || !e.KeyAsked {
				t.Errorf("got %+v, want %s with %v", e, dataset, w.key)
			}
		}
	}
	if got != 1 {
		t.Errorf("got %d datasets in the ledger, want 1", got)
	}
	_, err := w.datasets.Get(dataset + "2").Do()
	require(t, err, 404, "is not there")
}

func TestResourcesNeedTheKeyEachTime(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	for _, tt := range []struct {
		name           string
		change, repair func()
		want           int
		text           string
	}{
		{"disabled", func() { w.DisableKey(w.key) }, func() { w.EnableKey(w.key) }, 400, "is not enabled"},
		{"denied", func() { w.DenyKey(w.key, emulator.Healthcare) }, func() { w.GrantKey(w.key, emulator.Healthcare) }, 403, "useToEncrypt"},
		{"nothing", func() {}, func() {}, 200, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change()
			_, err := w.bundle(putBasic)
			require(t, err, tt.want, tt.text)
			tt.repair()
		})
	}
	n := 0
	for _, e := range w.Ledger() {
		if e.Kind == "fhirResource" {
			n++
			if e.Name != store+"/fhir/Basic/a" || e.ProtectedBy() != w.key {
				t.Errorf("got %+v, want it with %v", e, w.key)
			}
		}
	}
	if n != 1 {
		t.Errorf("got %d resources in the ledger, want 1", n)
	}
}

func TestBundlesAreCheckedBeforeExecution(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	for name, tt := range map[string]struct {
		body string
		want int
		text string
	}{
		"no bundle":   {`{"resourceType":"Basic"}`, 400, "no Bundle"},
		"other type":  {`{"resourceType":"Bundle","type":"history"}`, 400, "want batch or transaction"},
		"wrong id":    {`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic","id":"b"},"request":{"method":"PUT","url":"Basic/a"}}]}`, 400, "for Basic/a"},
		"conditional": {`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic"},"request":{"method":"POST","url":"Basic","ifNoneExist":"x"}}]}`, 400, "no conditional requests"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.bundle(tt.body)
			require(t, err, tt.want, tt.text)
		})
	}
}

func TestUnknownThingsAndFaultsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	_, err := w.datasets.FhirStores.Get(store + "2").Do()
	require(t, err, 404, "is not there")
	_, err = w.datasets.Operations.Get(dataset + "/operations/99").Do()
	require(t, err, 404, "operation")
	_, err = w.datasets.List(parent).Do()
	require(t, err, 501, "The loopback Healthcare API has no method GET /v1/projects/")
	w.Inject(emulator.Fault{Method: "healthcare.datasets.get", Resource: dataset, Status: 403})
	_, err = w.datasets.Get(dataset).Do()
	require(t, err, 403, "the test injected")
}
