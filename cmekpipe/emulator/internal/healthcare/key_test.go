package healthcare_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/healthcare/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const putBasic = `{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Basic","id":"a"},"request":{"method":"PUT","url":"Basic/a"}}]}`

// entries returns the entries of a kind in the ledger.
func (w *world) entries(kind string) (list []emulator.Entry) {
	for _, e := range w.Ledger() {
		if string(e.Kind) == kind {
			list = append(list, e)
		}
	}
	return list
}

func (w *world) createStore(id string) error {
	_, err := w.datasets.FhirStores.Create(dataset, &healthcare.FhirStore{Version: "R4", EnableUpdateCreate: true}).FhirStoreId(id).Do()
	return err
}

// importAll imports a file with one resource and returns its operation.
func (w *world) importAll() (*healthcare.Operation, error) {
	begun, err := w.datasets.FhirStores.Import(store, &healthcare.ImportResourcesRequest{ContentStructure: "RESOURCE",
		GcsSource: &healthcare.GoogleCloudHealthcareV1FhirGcsSource{Uri: "gs://inbox/*.ndjson"}}).Do()
	if err != nil {
		return nil, err
	}
	return w.datasets.Operations.Get(begun.Name).Do()
}

func TestMissingKeyIsForbiddenLikeAnInvisibleOne(t *testing.T) {
	w := newWorld(t)
	require(t, w.create("records", w.key.String()+"-none"), 403, "(or it may not exist)")
	require(t, w.create("records", "records"), 400, "got encryptionSpec.kmsKeyName records, want the name of a key")
	if got := w.entries("dataset"); len(got) > 0 {
		t.Errorf("got %s, want no dataset", got[0].Name)
	}
}

func TestDatasetReportsItsKey(t *testing.T) {
	for _, tt := range []struct {
		name string
		key  func(*world) string
	}{
		{"a key", func(w *world) string { return w.key.String() }},
		{"no key", func(*world) string { return "" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, got := newWorld(t), ""
			want := tt.key(w)
			require(t, w.create("records", want), 200, "")
			require(t, w.createStore("main"), 200, "")
			_, err := w.bundle(putBasic)
			require(t, err, 200, "")
			found, err := w.datasets.Get(dataset).Do()
			if err != nil {
				t.Fatal(err)
			}
			if found.EncryptionSpec != nil {
				got = found.EncryptionSpec.KmsKeyName
			}
			if got != want {
				t.Errorf("got key %q, want %q", got, want)
			}
			for _, kind := range []string{"dataset", "fhirStore", "fhirResource"} {
				made := w.entries(kind)
				if len(made) != 1 || made[0].ProtectedBy().Valid() != (want != "") || made[0].KeyAsked != (kind == "dataset" && want != "") {
					t.Errorf("got %+v, want one %s with %q, asked for by the dataset alone", made, kind, want)
				}
			}
		})
	}
}

func TestEveryCallWithResourcesNeedsTheKey(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	w.CreateBucket("inbox", "us-central1", cmekpipe.KeyName{})
	w.WriteObject("gs://inbox/a.ndjson", []byte(`{"resourceType":"Basic","id":"b"}`))
	_, err := w.bundle(putBasic)
	require(t, err, 200, "")
	calls := map[string]func() error{
		"bundle": func() error { _, err := w.bundle(putBasic); return err },
		"search": func() error {
			_, err := w.fhir(w.datasets.FhirStores.Fhir.SearchType(store, "Basic", strings.NewReader("")).Do())
			return err
		},
		"read": func() error {
			_, err := w.fhir(w.datasets.FhirStores.Fhir.Read(store + "/fhir/Basic/a").Do())
			return err
		},
		"import": func() error { _, err := w.importAll(); return err },
		"store":  func() error { return w.createStore("second") },
	}
	for _, tt := range []struct {
		name           string
		change, repair func()
		want           int
		text           string
	}{
		{"disabled", func() { w.DisableKey(w.key) }, func() { w.EnableKey(w.key) }, 400, "is not enabled, current state is: DISABLED"},
		{"denied", func() { w.DenyKey(w.key, emulator.Healthcare) }, func() { w.GrantKey(w.key, emulator.Healthcare) }, 403, "useToEncrypt"},
		{"scheduled", func() { w.DestroyKey(w.key) }, func() { w.EnableKey(w.key) }, 400, "is not enabled, current state is: DESTROY_SCHEDULED"},
		{"destroyed", func() { w.DestroyKey(w.key); w.Advance(40 * 24 * time.Hour) }, nil, 400, "is not enabled, current state is: DESTROYED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(w.Ledger())
			tt.change()
			for name, call := range calls {
				t.Run(name, func(t *testing.T) { require(t, call(), tt.want, tt.text) })
			}
			if _, err := w.datasets.Get(dataset).Do(); err != nil { // needs no key
				t.Errorf("got %v, want the dataset", err)
			}
			if made := w.Ledger()[before:]; len(made) > 0 {
				t.Errorf("got %s %s created, want nothing", made[0].Kind, made[0].Name)
			}
			if tt.repair != nil {
				tt.repair()
				_, err := w.bundle(putBasic)
				require(t, err, 200, "")
			}
		})
	}
}

// The ledger has the version that encrypts each resource, for every way to create one.
func TestResourcesAreEncryptedWithTheNewestVersion(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	w.CreateBucket("inbox", "us-central1", cmekpipe.KeyName{})
	w.WriteObject("gs://inbox/a.ndjson", []byte(`{"resourceType":"Basic","id":"b"}`))
	_, err := w.bundle(putBasic)
	require(t, err, 200, "")
	w.RotateKey(w.key)
	done, err := w.importAll()
	if err != nil || done.Error != nil {
		t.Fatal(err, done)
	}
	want := map[string]cmekpipe.KeyVersionName{store + "/fhir/Basic/a": w.key.Version(1), store + "/fhir/Basic/b": w.key.Version(2)}
	for _, e := range w.entries("fhirResource") {
		if e.Key != want[e.Name] || e.KeyAsked {
			t.Errorf("got %+v, want it with %v", e, want[e.Name])
		}
		delete(want, e.Name)
	}
	if len(want) > 0 {
		t.Errorf("got no entry for %v", want)
	}
}

func TestDeidentifyRefusesADatasetWithAKey(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	plain, second := parent+"/datasets/plain/fhirStores/main", w.CreateKey("us-central1", "second")
	target := parent + "/datasets/target/fhirStores/main"
	w.CreateFHIRStore(plain, cmekpipe.KeyName{})
	w.CreateFHIRStore(target, second)
	ask := func(from string) error {
		_, err := w.datasets.FhirStores.Deidentify(from, &healthcare.DeidentifyFhirStoreRequest{DestinationStore: target}).Do()
		return err
	}
	require(t, ask(store), 400, "can't be de-identified, because it has a customer-managed key")
	put := w.datasets.FhirStores.Fhir.Update(plain+"/fhir/Basic/a", strings.NewReader(`{"resourceType":"Basic","id":"a"}`))
	put.Header().Set("Content-Type", "application/fhir+json")
	_, err := w.fhir(put.Do())
	require(t, err, 200, "")
	w.DisableKey(second)
	require(t, ask(plain), 400, "is not enabled")
	w.EnableKey(second)
	require(t, ask(plain), 200, "")
	made := w.entries("fhirResource")
	if len(made) != 2 || made[1].Name != target+"/fhir/Basic/a" || made[1].Key != second.Version(1) {
		t.Errorf("got %+v, want the copy with the destination's key", made)
	}
}

// Errors of calls about resources are FHIR outcomes.
func TestRefusedKeyIsAnOutcome(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	for _, tt := range []struct {
		change func()
		code   string
	}{
		{func() { w.DisableKey(w.key) }, "invalid"},
		{func() { w.DenyKey(w.key, emulator.Healthcare) }, "security"},
	} {
		tt.change()
		answer, err := w.datasets.FhirStores.Fhir.SearchType(store, "Basic", strings.NewReader("")).Do()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var got struct {
			ResourceType string
			Issue        []struct{ Severity, Code, Diagnostics string }
		}
		if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if got.ResourceType != "OperationOutcome" || len(got.Issue) != 1 || got.Issue[0].Code != tt.code ||
			!strings.Contains(got.Issue[0].Diagnostics, w.key.String()) {
			t.Errorf("got %+v, want an OperationOutcome with code %s and the key", got, tt.code)
		}
	}
}
