package conformance

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// requireWritten fails unless all rows are at the destination, each once if the connector guarantees it.
func (w *world) requireWritten(t testing.TB) {
	t.Helper()
	w.requireTimes(t, 1)
}

// requireTimes fails unless all rows are at the destination, each so many times if the connector guarantees it, and otherwise
// more often.
func (w *world) requireTimes(t testing.TB, times int) {
	t.Helper()
	w.requireRows(t, w.Input.rows(), times)
}

// requireRows is requireTimes of the rows want.
func (w *world) requireRows(t testing.TB, want []Row, times int) {
	t.Helper()
	got := w.sink.Rows(t, w.Name)
	d := compare(got, want, times)
	if d.lost > 0 || d.foreign > 0 || (w.harness.ExactlyOnce && d.doubled > 0) {
		t.Errorf("%s: got %d rows, want %d, each %d times: %d lost, %d duplicated, %d never sent",
			w.Name, len(got), len(want), times, d.lost, d.doubled, d.foreign)
	}
}

// requireNothing fails if a row is visible.
func (w *world) requireNothing(t testing.TB) {
	t.Helper()
	if got := w.sink.Rows(t, w.Name); len(got) > 0 {
		t.Errorf("got %d rows, with ids %d, want no visible row", len(got), ids(got))
	}
}

// requireWhole fails if a failed run shows rows, or, for a connector that can't avoid it, rows that were not sent.
func (w *world) requireWhole(t testing.TB) {
	t.Helper()
	if w.harness.Partial == "" {
		w.requireNothing(t)
		return
	}
	got := w.sink.Rows(t, w.Name)
	if d := compare(got, w.Input.rows(), 1); d.foreign > 0 || (w.harness.ExactlyOnce && d.doubled > 0) {
		t.Errorf("got %d rows after a failure: %d duplicated, %d never sent", len(got), d.doubled, d.foreign)
	}
}

// requireKeys fails unless everything that the run created is encrypted with the key because the call requested it.
func (w *world) requireKeys(t testing.TB) {
	t.Helper()
	for _, e := range w.since() {
		if e.Service != emulator.KMS {
			w.requireKey(t, e)
		}
	}
}

// requireKey fails unless a resource is encrypted with the world's key because the call requested it.
func (w *world) requireKey(t testing.TB, e emulator.Entry) {
	t.Helper()
	asked := e.KeyAsked || slices.Contains(w.harness.Inherits, e.Kind)
	if e.ProtectedBy() != w.key || !asked {
		t.Errorf("%s created %s %s with key %q, requested: %v; want %q, requested", e.Method, e.Kind, e.Name,
			e.ProtectedBy(), e.KeyAsked, w.key)
	}
}

// requireNoSecret fails if user data is in the ledger or in the error.
func (w *world) requireNoSecret(t testing.TB, err error) {
	t.Helper()
	ledger, failed := json.Marshal(w.Ledger())
	if failed != nil {
		t.Fatal(failed)
	}
	if holdsSecret(string(ledger)) {
		t.Error("got user data in the ledger")
	}
	if err != nil && holdsSecret(err.Error()) {
		t.Errorf("got user data in the error %v", err)
	}
}

// requireCode fails unless err is an Error with the code, or has the text of one, because some runners keep only the
// text.
func requireCode(t testing.TB, err error, code cmekpipe.Code) *cmekpipe.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want %s", code)
	}
	e, ok := cmekpipe.FindError(err.Error())
	if !ok || e.Code != code || e.Op == "" || e.Resource == "" {
		t.Fatalf("got error %v, want one with code %s, an operation and a resource", err, code)
	}
	if cause, ok := errors.AsType[*cmekpipe.Error](err); ok && cause.Code != code {
		t.Errorf("got code %s in the error's tree, want %s", cause.Code, code)
	}
	return e
}

// requireNames fails unless an error's text contains each of the texts.
func requireNames(t testing.TB, e *cmekpipe.Error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(e.Error(), text) {
			t.Errorf("got error %v, want it to name %q", e, text)
		}
	}
}
