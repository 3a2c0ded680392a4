package fhirio_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
)

func TestConflictsAreRetried(t *testing.T) {
	w := newWorld(t)
	for _, method := range []emulator.Method{emulator.Method("healthcare.fhirStores.import"), emulator.Method("healthcare.fhir.executeBundle")} {
		for _, call := range []int{1, 2} {
			w.Inject(emulator.Fault{Method: method, Call: call, Status: 409})
		}
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
		t.Errorf("got failures %q and answers %q, want one answer", failures, answers)
	}
}

func TestImportThatAlwaysConflictsIsNoDeadLetter(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "healthcare.fhirStores.import", Status: 409})
	err := run(t, func(s beam.Scope) { w.importAll(s, fhirio.ContentStructureResource, patients(5)) })
	if e := requireCode(t, err, cmekpipe.Unavailable); e.Resource != storeName || e.Hint == "" {
		t.Errorf("got %v, want it about the store, with a hint", e)
	}
	w.requireNothingStored(t)
	for _, name := range w.objects(t) {
		if !strings.HasPrefix(name, "temp/") {
			t.Errorf("got object %s, want the file to stay where it was", name)
		}
	}
}

func TestBundleThatAlwaysConflictsIsAFailure(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "healthcare.fhir.executeBundle", Status: 409})
	answers, failures, err := w.execute(t, put("transaction", patient(0)))
	if err != nil || len(answers) > 0 || len(failures) != 1 || !strings.Contains(failures[0], "got status 409 for a bundle") {
		t.Errorf("got answers %q, failures %q and %v, want one failure", answers, failures, err)
	}
}

// TestUnboundedInputIsImportedInFewOperations has elements that arrive one by one, each in a bundle of its own.
func TestUnboundedInputIsImportedInFewOperations(t *testing.T) {
	w := newWorld(t)
	var imports atomic.Int64
	w.Intercept(func(_ context.Context, m emulator.Method, _ string, _ func(string) string) error {
		if m == "healthcare.fhirStores.import" {
			imports.Add(1)
		}
		return nil
	})
	config := teststream.NewConfig()
	for i, p := range append(patients(20), "bad") {
		if err := config.AddElements(int64(i), p); err != nil {
			t.Fatal(err)
		}
	}
	config.AdvanceProcessingTime(2 * 60_000)
	config.AdvanceWatermarkToInfinity()
	err := run(t, func(s beam.Scope) {
		refused, failures := fhirio.Import(s, w.store(), w.temp(), w.deadLetter(), fhirio.ContentStructureResource, teststream.Create(s, config))
		collect(s, "refused", refused)
		collect(s, "failures", failures)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.ids(t, storeName); !slices.Equal(got, wantIDs(20)) {
		t.Errorf("got %q, want 20 patients", got)
	}
	if refused, failures := take("refused"), take("failures"); !slices.Equal(refused, []string{"bad"}) || len(failures) > 0 {
		t.Errorf("got refused %q and failures %q, want one element refused", refused, failures)
	}
	if got := imports.Load(); got < 1 || got > 4 {
		t.Errorf("got %d import operations for 20 elements, want at most 4", got)
	}
	if got := w.objects(t); len(got) > 0 {
		t.Errorf("got objects %q, want none", got)
	}
}
