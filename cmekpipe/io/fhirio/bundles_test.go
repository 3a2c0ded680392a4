package fhirio_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
)

// execute carries bundles out and returns both outputs, sorted.
func (w *world) execute(t *testing.T, bundles ...string) (answers, failures []string, err error) {
	t.Helper()
	err = run(t, func(s beam.Scope) {
		good, bad := fhirio.ExecuteBundles(s, w.store(), beam.CreateList(s, bundles))
		collect(s, "answers", good)
		collect(s, "failures", bad)
	})
	return take("answers"), take("failures"), err
}

func TestExecuteBundlesStoresAndAnswers(t *testing.T) {
	w := newWorld(t)
	answers, failures, err := w.execute(t, put("batch", patient(0), patient(1)), put("transaction", patient(2), patient(3)),
		`{"resourceType":"Bundle","type":"batch"}`)
	if err != nil || len(failures) > 0 {
		t.Fatalf("got %v and failures %q", err, failures)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(4)) {
		t.Errorf("got %q, want 4 patients", got)
	}
	kinds := map[string]int{}
	for _, a := range answers {
		var got struct {
			Type     string
			Response struct{ Status string }
		}
		if err := json.Unmarshal([]byte(a), &got); err != nil {
			t.Fatal(err)
		}
		kinds[got.Type+got.Response.Status]++
	}
	if len(answers) != 3 || kinds["transaction-response"] != 1 || kinds["201 Created"] != 2 {
		t.Errorf("got %q, want one answer to the transaction and two to requests of the batch", answers)
	}
	w.RequireEncrypted(t, w.key)
}

func TestExecuteBundlesTwiceDoublesNothing(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if _, failures, err := w.execute(t, put("transaction", patients(5)...)); err != nil || len(failures) > 0 {
			t.Fatalf("got %v and failures %q", err, failures)
		}
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(5)) {
		t.Errorf("got %q, want 5 patients", got)
	}
}

func TestWhatTheServiceRefusesIsAFailureAndNoError(t *testing.T) {
	const wrongID = `{"resource":{"resourceType":"Patient","id":"b"},"request":{"method":"PUT","url":"Patient/a"}}`
	good := strings.TrimSuffix(put("batch", patient(0)), "]}")
	for name, tt := range map[string]struct {
		bundle            string
		answers, failures int
		says              string
		stored            int
	}{
		"no JSON":                       {"Doe", 0, 1, "got status 400 for a bundle", 0},
		"no bundle":                     {patient(0), 0, 1, "got status 400 for a bundle", 0},
		"request of a batch":            {good + "," + wrongID + "]}", 1, 1, `got status "400 Bad Request" for request 1 of a batch`, 1},
		"request of a transaction":      {strings.Replace(good, "batch", "transaction", 1) + "," + wrongID + "]}", 0, 1, "got status 400 for a bundle", 0},
		"missing resource of a batch":   {`{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/x"}}]}`, 0, 1, "404", 0},
		"missing resource, all or none": {`{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient/x"}}]}`, 0, 1, "got status 404 for a bundle", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			answers, failures, err := w.execute(t, tt.bundle)
			if err != nil {
				t.Fatal(err)
			}
			if len(answers) != tt.answers || len(failures) != tt.failures || !strings.Contains(strings.Join(failures, "\n"), tt.says) {
				t.Errorf("got answers %q and failures %q, want %d and %d that say %q", answers, failures, tt.answers, tt.failures, tt.says)
			}
			if got := w.ids(t, storeName); len(got) != tt.stored {
				t.Errorf("got %q, want %d patients", got, tt.stored)
			}
		})
	}
}

func TestBundlesEndTheRunForOtherReasonsThanTheData(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*world)
		code  cmekpipe.Code
		about string
	}{
		"key disabled":            {func(w *world) { w.DisableKey(w.key) }, cmekpipe.KeyDisabled, storeName},
		"key destroyed":           {func(w *world) { w.DestroyKey(w.key) }, cmekpipe.KeyDisabled, storeName},
		"key denied":              {func(w *world) { w.DenyKey(w.key, emulator.Healthcare) }, cmekpipe.KeyDenied, storeName},
		"forbidden":               {func(w *world) { w.Inject(emulator.Fault{Method: "healthcare.fhir.executeBundle", Status: 403}) }, cmekpipe.PermissionDenied, storeName},
		"may not see the dataset": {func(w *world) { w.Inject(emulator.Fault{Method: "healthcare.datasets.get", Status: 403}) }, cmekpipe.PermissionDenied, dataset},
		"store is gone": {func(w *world) {
			if _, err := w.HealthcareClient().Projects.Locations.Datasets.Delete(dataset).Do(); err != nil {
				panic(err)
			}
			w.CreateFHIRStore(dataset+"/fhirStores/other", w.key)
		}, cmekpipe.NotFound, storeName},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w)
			answers, failures, err := w.execute(t, put("batch", patients(3)...))
			e := requireCode(t, err, tt.code)
			if e.Op != "fhirio.ExecuteBundles" || e.Resource != tt.about || e.Hint == "" || len(answers)+len(failures) > 0 {
				t.Errorf("got %v, answers %q and failures %q, want it about %s", e, answers, failures, tt.about)
			}
			w.requireNothingStored(t)
		})
	}
}

func TestKeyDisabledInMidRunEndsIt(t *testing.T) {
	w := newWorld(t)
	at(t, 5, func() error { w.DisableKey(w.key); return nil })
	var bundles []string
	for _, p := range patients(10) {
		bundles = append(bundles, put("batch", p))
	}
	err := run(t, func(s beam.Scope) {
		fhirio.ExecuteBundles(s, w.store(), beam.ParDo(s, &triggerFn{}, beam.CreateList(s, bundles)))
	})
	requireCode(t, err, cmekpipe.KeyDisabled)
	w.EnableKey(w.key)
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(4)) {
		t.Errorf("got %q, want what was stored before", got)
	}
}

func TestDeidentify(t *testing.T) {
	const bare = "projects/" + "cmektest-project" + "/locations/us-central1/datasets/bare/fhirStores/raw"
	deidentify := func(t *testing.T, w *world, src string) error {
		t.Helper()
		return run(t, func(s beam.Scope) { collect(s, "done", fhirio.Deidentify(s, src, w.store(), nil)) })
	}
	prepare := func(t *testing.T) *world {
		w := newWorld(t)
		w.CreateFHIRStore(bare, cmekpipe.KeyName{})
		fhir := w.HealthcareClient().Projects.Locations.Datasets.FhirStores.Fhir
		call := fhir.ExecuteBundle(bare, strings.NewReader(put("batch", patients(3)...)))
		call.Header().Set("Content-Type", "application/fhir+json")
		if response, err := call.Do(); err != nil || response.StatusCode != 200 {
			t.Fatal(response, err)
		}
		return w
	}
	t.Run("fills the store", func(t *testing.T) {
		w := prepare(t)
		if err := deidentify(t, w, bare); err != nil {
			t.Fatal(err)
		}
		if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(3)) {
			t.Errorf("got %q, want 3 patients", got)
		}
		if got := take("done"); !slices.Equal(got, []string{storeName}) {
			t.Errorf("got %q, want the store's name", got)
		}
	})
	t.Run("of resources under a key", func(t *testing.T) {
		w := prepare(t)
		e := requireCode(t, deidentify(t, w, storeName), cmekpipe.InvalidOptions)
		if !strings.Contains(e.Hint, "customer-managed key") {
			t.Errorf("got %v, want the reason in the hint", e)
		}
	})
	t.Run("fails aloud", func(t *testing.T) {
		w := prepare(t)
		w.Inject(emulator.Fault{Method: "healthcare.fhirStores.deidentify", Status: 403})
		requireCode(t, deidentify(t, w, bare), cmekpipe.PermissionDenied)
		if got := take("done"); len(got) > 0 {
			t.Errorf("got %q, want nothing", got)
		}
	})
}
