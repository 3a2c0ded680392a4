package fhirio_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
)

// importAll imports elements and collects both outputs.
func (w *world) importAll(s beam.Scope, structure fhirio.ContentStructure, elements []string) {
	col := beam.ParDo(s, &triggerFn{}, beam.CreateList(s, elements))
	refused, failures := fhirio.Import(s, w.store(), w.temp(), w.deadLetter(), structure, col)
	collect(s, "refused", refused)
	collect(s, "failures", failures)
}

func TestImportStoresResourcesAndLeavesNoFile(t *testing.T) {
	for name, tt := range map[string]struct {
		structure fhirio.ContentStructure
		elements  []string
		want      int
	}{
		"resources":    {fhirio.ContentStructureResource, patients(50), 50},
		"bundles":      {fhirio.ContentStructureBundle, []string{put("batch", patients(10)...), put("batch", patient(10))}, 11},
		"unspecified":  {fhirio.ContentStructureUnspecified, []string{put("batch", patients(3)...)}, 3},
		"on two lines": {fhirio.ContentStructureResource, []string{strings.Replace(patient(0), ",", ",\n", 2)}, 1},
		"none":         {fhirio.ContentStructureResource, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			err := run(t, func(s beam.Scope) {
				if tt.elements == nil {
					tt.elements = []string{"not JSON"} // which leaves nothing to import
				}
				w.importAll(s, tt.structure, tt.elements)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(tt.want)) {
				t.Errorf("got %q, want %d patients", got, tt.want)
			}
			if got := take("failures"); len(got) > 0 {
				t.Errorf("got failures %q, want none", got)
			}
			if got := take("refused"); len(got) > 0 != (tt.want == 0) {
				t.Errorf("got refused %q", got)
			}
			if got := w.objects(t); len(got) > 0 {
				t.Errorf("got objects %q, want none", got)
			}
			w.requireKeys(t)
		})
	}
}

// requireKeys fails unless everything that ever came to rest did so under the key for its place.
func (w *world) requireKeys(t *testing.T) {
	t.Helper()
	for _, e := range w.Ledger() {
		want := w.key
		switch {
		case e.Kind == "object" && strings.HasPrefix(e.Name, w.temp().String()+"/"):
			want = w.tempKey
		case e.Kind == "object":
			want = w.deadKey
		case e.Service != "healthcare":
			continue
		}
		if e.ProtectedBy() != want || e.Kind == "object" && !e.KeyAsked {
			t.Errorf("%s %s: got key %v, asked for %v, want %v", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked, want)
		}
	}
}

func TestImportSeparatesWhatIsNoResource(t *testing.T) {
	w := newWorld(t)
	bad := []string{"", "Jane Doe", `"text"`, "[]", `{"resourceType":"Patient"`, patient(7) + patient(8)}
	if err := run(t, func(s beam.Scope) {
		w.importAll(s, fhirio.ContentStructureResource, append(patients(2), bad...))
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(bad)
	if got := take("refused"); !slices.Equal(got, bad) {
		t.Errorf("got refused %q, want %q", got, bad)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(2)) {
		t.Errorf("got %q, want 2 patients", got)
	}
}

func TestImportKeepsFilesThatFail(t *testing.T) {
	for name, tt := range map[string]struct {
		structure fhirio.ContentStructure
		elements  []string
		says      string
		stored    int
	}{
		"in part":         {fhirio.ContentStructureResource, append(patients(3), `{"resourceType":"Patient"}`), "3 resources were stored and 1 were not", 3},
		"whole":           {fhirio.ContentStructureResource, []string{`{"id":"x","name":"Doe"}`}, "0 resources were stored and 1 were not", 0},
		"without content": {fhirio.ContentStructureBundle, []string{`{"resourceType":"Bundle","type":"batch"}`}, "no resource was stored", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if err := run(t, func(s beam.Scope) { w.importAll(s, tt.structure, tt.elements) }); err != nil {
				t.Fatal(err)
			}
			failures, objects := take("failures"), w.objects(t)
			if len(failures) == 0 || len(failures) != len(objects) {
				t.Fatalf("got failures %q and objects %q, want as many", failures, objects)
			}
			said, kept := strings.Join(failures, "\n"), []string{}
			for i, o := range objects {
				if !strings.HasPrefix(o, "failed/fhirImportBatch-") || !strings.Contains(said, "gs://"+bucket+"/"+o) {
					t.Errorf("failure %d: got object %q and %q, want it named", i, o, said)
				}
				kept = append(kept, strings.Fields(string(w.ReadObject("gs://"+bucket+"/"+o)))...)
			}
			if !strings.Contains(said, tt.says) && len(failures) == 1 {
				t.Errorf("got %q, want %q", said, tt.says)
			}
			if len(kept) == 0 {
				t.Error("got empty files")
			}
			if got := w.ids(t, storeName); len(got) != tt.stored {
				t.Errorf("got %q, want %d patients", got, tt.stored)
			}
			w.requireKeys(t)
		})
	}
}

// An import that is refused before it begins says nothing about the content of the file.
func TestImportThatIsRefusedEndsTheRun(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "healthcare.fhirStores.import", Status: 400})
	err := run(t, func(s beam.Scope) { w.importAll(s, fhirio.ContentStructureResource, patients(1)) })
	requireCode(t, err, cmekpipe.InvalidOptions)
	if failures := take("failures"); len(failures) != 0 {
		t.Errorf("got failures %q, want none", failures)
	}
}

func TestKeyThatFailsEndsTheRun(t *testing.T) {
	disable := func(key func(*world) cmekpipe.KeyName) func(*world) { return func(w *world) { w.DisableKey(key(w)) } }
	for name, tt := range map[string]struct {
		spoil  func(*world)
		code   cmekpipe.Code
		about  string
		stored bool
	}{
		"store's key disabled":  {disable(func(w *world) cmekpipe.KeyName { return w.key }), cmekpipe.KeyDisabled, storeName, false},
		"store's key destroyed": {func(w *world) { w.DestroyKey(w.key) }, cmekpipe.KeyDisabled, storeName, false},
		"store's key denied":    {func(w *world) { w.DenyKey(w.key) }, cmekpipe.KeyDenied, storeName, false},
		"temp key disabled":     {disable(func(w *world) cmekpipe.KeyName { return w.tempKey }), cmekpipe.KeyDisabled, "gs://" + bucket + "/temp/", false},
		"temp key denied":       {func(w *world) { w.DenyKey(w.tempKey) }, cmekpipe.KeyDenied, "gs://" + bucket + "/temp/", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w)
			err := run(t, func(s beam.Scope) { w.importAll(s, fhirio.ContentStructureResource, patients(5)) })
			e := requireCode(t, err, tt.code)
			if !strings.HasPrefix(e.Resource, tt.about) || e.Hint == "" || e.Op != "fhirio.Import" {
				t.Errorf("got %v, want it about %s with a hint", e, tt.about)
			}
			w.requireNothingStored(t)
		})
	}
}

// requireNothingStored reads the ledger, because a store whose key is unusable can't be read.
func (w *world) requireNothingStored(t *testing.T) {
	t.Helper()
	for _, e := range w.Ledger() {
		if e.Kind == "fhirResource" {
			t.Errorf("got %s, want nothing stored", e.Name)
		}
	}
	if got := append(take("refused"), take("failures")...); len(got) > 0 {
		t.Errorf("got outputs %q, want none", got)
	}
}

func TestDeadLetterKeyThatFailsEndsTheRunAndLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.DisableKey(w.deadKey)
	err := run(t, func(s beam.Scope) {
		w.importAll(s, fhirio.ContentStructureResource, []string{`{"id":"x","name":"Doe"}`})
	})
	e := requireCode(t, err, cmekpipe.KeyDisabled)
	if !strings.HasPrefix(e.Resource, "gs://"+bucket+"/failed/") {
		t.Errorf("got %v, want it about the folder of failed files", e)
	}
	if got := w.objects(t); len(got) == 0 || !strings.HasPrefix(got[0], "temp/.cmekpipe-temp-") {
		t.Errorf("got objects %q, want the batch to stay", got)
	}
}

func TestKeyOfTheDatasetIsVerifiedFirst(t *testing.T) {
	writers := map[string]func(w *world, s beam.Scope, store cmekpipe.FHIRStore){
		"fhirio.Import": func(w *world, s beam.Scope, store cmekpipe.FHIRStore) {
			fhirio.Import(s, store, w.temp(), w.deadLetter(), fhirio.ContentStructureResource, beam.CreateList(s, patients(3)))
		},
		"fhirio.ExecuteBundles": func(_ *world, s beam.Scope, store cmekpipe.FHIRStore) {
			fhirio.ExecuteBundles(s, store, beam.Create(s, put("batch", patients(3)...)))
		},
		"fhirio.Deidentify": func(_ *world, s beam.Scope, store cmekpipe.FHIRStore) { fhirio.Deidentify(s, storeName, store, nil) },
	}
	const bare, foreign = "projects/" + cmektest.Project + "/locations/us-central1/datasets/bare", "projects/" + cmektest.Project + "/locations/us-central1/datasets/foreign"
	for op, write := range writers {
		for name, tt := range map[string]struct {
			dataset string
			code    cmekpipe.Code
			says    func(w *world) []string
		}{
			"no key":      {bare, cmekpipe.KeyMissing, func(w *world) []string { return []string{w.key.String()} }},
			"another key": {foreign, cmekpipe.KeyMismatch, func(w *world) []string { return []string{w.key.String(), w.tempKey.String()} }},
			"no dataset":  {dataset + "-missing", cmekpipe.NotFound, func(*world) []string { return nil }},
		} {
			t.Run(op+", "+name, func(t *testing.T) {
				w := newWorld(t)
				w.CreateFHIRStore(bare+"/fhirStores/s", cmekpipe.KeyName{})
				w.CreateFHIRStore(foreign+"/fhirStores/s", w.tempKey)
				store, err := w.key.FHIRStore(tt.dataset + "/fhirStores/s")
				if err != nil {
					t.Fatal(err)
				}
				e := requireCode(t, run(t, func(s beam.Scope) { write(w, s, store) }), tt.code)
				if e.Op != op || e.Resource != tt.dataset || e.Hint == "" {
					t.Errorf("got %v, want %s about %s with a hint", e, op, tt.dataset)
				}
				for _, want := range tt.says(w) {
					if !strings.Contains(e.Error(), want) {
						t.Errorf("got %v, want %s named", e, want)
					}
				}
				w.requireNothingStored(t)
				if got := w.objects(t); len(got) > 0 {
					t.Errorf("got objects %q, want none", got)
				}
			})
		}
	}
}

func TestRotatedKeyIsTheSame(t *testing.T) {
	w := newWorld(t)
	w.RotateKey(w.key)
	if err := run(t, func(s beam.Scope) { w.importAll(s, fhirio.ContentStructureResource, patients(3)) }); err != nil {
		t.Fatal(err)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(3)) {
		t.Errorf("got %q, want 3 patients", got)
	}
}

func TestBundleThatIsRepeatedLeavesNoFileAndDoublesNothing(t *testing.T) {
	w := newWorld(t)
	col := func(s beam.Scope) {
		input := beam.ParDo(s, &triggerFn{}, beam.CreateList(s, patients(20)))
		refused, failures := fhirio.Import(s, w.store(), w.temp(), w.deadLetter(), fhirio.ContentStructureResource, input)
		collect(s, "refused", refused)
		collect(s, "failures", failures)
	}
	// The answer to the batch's upload and to the import get lost: both are sent again.
	for _, method := range []string{"storage.objects.insert", "healthcare.fhirStores.import"} {
		w.Inject(emulator.Fault{Method: emulator.Method(method), Call: 1, Reset: true})
	}
	if err := run(t, col); err != nil {
		t.Fatal(err)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(20)) {
		t.Errorf("got %q, want 20 patients", got)
	}
	if got := w.objects(t); len(got) > 0 {
		t.Errorf("got objects %q, want none", got)
	}
}

func TestTransientFailuresAreRetried(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"429": {Status: 429}, "503": {Status: 503}, "answer lost": {Reset: true}, "answer cut": {Truncate: 10},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, method := range []string{
				"healthcare.datasets.get", "healthcare.fhirStores.import", "healthcare.operations.get",
				"healthcare.fhir.executeBundle", "storage.objects.insert", "storage.objects.list", "storage.objects.delete",
			} {
				fault.Method, fault.Call = emulator.Method(method), 1
				w.Inject(fault)
			}
			err := run(t, func(s beam.Scope) {
				w.importAll(s, fhirio.ContentStructureResource, patients(5))
				answers, failures := fhirio.ExecuteBundles(s, w.store(), beam.Create(s, put("transaction", patient(5))))
				collect(s, "answers", answers)
				collect(s, "failures", failures)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(6)) {
				t.Errorf("got %q, want 6 patients", got)
			}
			if failures, answers := take("failures"), take("answers"); len(failures) > 0 || len(answers) != 1 {
				t.Errorf("got failures %q and answers %q", failures, answers)
			}
		})
	}
}

func TestWindowedResourcesAreImported(t *testing.T) {
	w := newWorld(t)
	err := run(t, func(s beam.Scope) {
		col := beam.WindowInto(s, window.NewFixedWindows(time.Minute), beam.CreateList(s, append(patients(3), "bad")))
		refused, failures := fhirio.Import(s, w.store(), w.temp(), w.deadLetter(), fhirio.ContentStructureResource, col)
		collect(s, "refused", refused)
		collect(s, "failures", failures)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(3)) {
		t.Errorf("got %q, want 3 patients", got)
	}
	if got := take("refused"); !slices.Equal(got, []string{"bad"}) {
		t.Errorf("got refused %q", got)
	}
}
