package conformance

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// fewRows is the input of cases that run many pipelines.
const fewRows = 20

// several are the cases of several runs, or of many attempts, in one cloud.
func several(t *testing.T, h Harness) {
	if h.Second == 0 {
		t.Fatal("the harness does not say what a second run does: set Second")
	}
	cloud := cmektest.NewCloud(t)
	sink := h.New(t, cloud)
	for name, run := range map[string]func(*testing.T, *world){
		"second run":                        secondRun,
		"second run, and then late bundles": secondRunThenLate,
		"second run at the same time":       secondRunBeside,
		"drained, and then a second run":    drained,
	} {
		t.Run(name, func(t *testing.T) {
			sc := good()
			sc.Name, sc.Input.Count = fmt.Sprint("run", len(name)), fewRows
			w := newWorldIn(t, cloud, h, sink, sc, sc.Name)
			w.prepared = len(w.Ledger())
			run(t, w)
			w.requireKeys(t)
		})
	}
	t.Run("killed before each call", func(t *testing.T) { killed(t, h, cloud, sink) })
}

// attempted runs the world's pipeline on package retryrunner.
func (w *world) attempted(t testing.TB, c retryrunner.Config) (*retryrunner.Rest, error) {
	t.Helper()
	c.Cloud = interceptor{w.Cloud}
	return retryrunner.Start(t.Context(), w.pipeline(t, nil), c)
}

// finished runs the world's pipeline to the end of all its attempts.
func (w *world) finished(t testing.TB, c retryrunner.Config) error {
	t.Helper()
	rest, err := w.attempted(t, c)
	if err != nil {
		return err
	}
	return rest.Finish(t.Context())
}

// requireTwice fails unless the destination has what two runs with the same rows leave there.
func (w *world) requireTwice(t testing.TB) {
	t.Helper()
	if w.harness.Second == Adds {
		w.requireTimes(t, 2)
		return
	}
	w.requireWritten(t)
}

func secondRun(t *testing.T, w *world) {
	for range 2 {
		if err := w.finished(t, retryrunner.Config{}); err != nil {
			t.Fatal(err)
		}
	}
	w.requireTwice(t)
}

// secondRunThenLate lets attempts of the first run end after the second run, whose rows they must leave alone.
func secondRunThenLate(t *testing.T, w *world) {
	late := retryrunner.Config{Bundles: 3, Failures: []retryrunner.Failure{retryrunner.Late, retryrunner.Suspended}}
	for seed := range uint64(3) {
		late.Seed = seed
		rest, err := w.attempted(t, late)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.finished(t, retryrunner.Config{Seed: seed, Bundles: 3}); err != nil {
			t.Fatal(err)
		}
		if err := rest.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if w.harness.Second == Adds {
		w.requireTimes(t, 6)
		return
	}
	w.requireWritten(t)
}

func secondRunBeside(t *testing.T, w *world) {
	if w.harness.Second == Replaces {
		t.Skip("two runs at the same time must have two destinations")
	}
	errs := make(chan error)
	for seed := range uint64(2) {
		p := w.pipeline(t, nil)
		go func() { errs <- retryrunner.Run(t.Context(), p, retryrunner.Config{Seed: seed, Bundles: 5}) }()
	}
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Fatal(err)
	}
	w.requireTwice(t)
}

// drained reads half of the input in one run and the rest in another one.
func drained(t *testing.T, w *world) {
	all := w.Input
	w.Input.Count = all.Count / 2
	if err := w.finished(t, retryrunner.Config{Bundles: 2}); err != nil {
		t.Fatal(err)
	}
	w.requireWritten(t)
	w.Input.First, w.Input.Count = w.Input.Count, all.Count-w.Input.Count
	if err := w.finished(t, retryrunner.Config{Bundles: 2}); err != nil {
		t.Fatal(err)
	}
	if w.harness.Second != Replaces {
		w.Input = all
	}
	w.requireWritten(t)
}

// mostCalls is more than any attempt of the case makes.
const mostCalls = 200

// killed kills the first attempt at each bundle before its first call, in another run before its second call, and so on.
func killed(t *testing.T, h Harness, cloud *cmektest.Cloud, sink Sink) {
	for call := 1; call < mostCalls; call++ {
		sc := good()
		sc.Name, sc.Input.Count = fmt.Sprint("kill", call), fewRows
		w := newWorldIn(t, cloud, h, sink, sc, sc.Name)
		w.prepared = len(w.Ledger())
		config := retryrunner.Config{Seed: uint64(call), Bundles: 2, Failures: []retryrunner.Failure{retryrunner.Killed}, Call: call}
		rest, err := w.attempted(t, config)
		if err != nil {
			t.Fatalf("call %d: %v", call, err)
		}
		rest.Discard()
		w.requireWritten(t)
		w.requireKeys(t)
		if t.Failed() {
			t.Fatalf("after a kill before call %d", call)
		}
		if rest.Stopped() == 0 {
			return
		}
	}
	t.Errorf("got attempts of more than %d calls, want fewer", mostCalls)
}
