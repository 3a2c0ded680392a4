package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// manyRows is the size of the case with many small rows. It is a flag, because a million rows need a minute.
var manyRows = flag.Int64("conformance.rows", 20_000, "rows in the conformance suite's case of many small rows")

// mostBytes is the size of the huge row, unless the service accepts less.
const mostBytes = 8 << 20

// expectation is a case: how its scene differs from the good one, and how its run ends.
type expectation struct {
	name    string
	change  func(*scene)
	differs string        // the fields of the scene that differ, separated by blanks
	code    cmekpipe.Code // the code of the run's error; "" if it succeeds
}

// portable returns a case on a portable runner, whose error may have nothing but the text of the connector's error.
func portable(name string, change func(*scene), differs string, code cmekpipe.Code) expectation {
	return expectation{name + " on a portable runner", func(sc *scene) {
		change(sc)
		sc.Portable = true
	}, differs + "Portable", code}
}

// expectations returns all cases but the good one.
func expectations(h Harness) []expectation {
	huge := min(h.MaxPayload, mostBytes)
	cases := []expectation{
		{"no row", func(sc *scene) { sc.Input.Count = 0 }, "Input.Count", ""},
		portable("one huge row", func(sc *scene) { sc.Input.Size = huge }, "Input.Size ", ""),
		portable("many small rows", func(sc *scene) { sc.Input.Count = *manyRows }, "Input.Count ", ""),
		{"occupied with another key", func(sc *scene) { sc.Occupied = anotherKey }, "Occupied", cmekpipe.KeyMismatch},
		{"occupied without a key", func(sc *scene) { sc.Occupied = noKey }, "Occupied", cmekpipe.KeyMissing},
		{"context cancelled during the run", func(sc *scene) { sc.Cancelled = true }, "Cancelled", ""},
		portable("context cancelled during the run", func(sc *scene) { sc.Cancelled = true }, "Cancelled ", ""),
		portable("key disabled", func(sc *scene) { sc.Before = disabled }, "Before ", disabled.code()),
	}
	for _, name := range h.Names {
		cases = append(cases, expectation{"name " + name, func(sc *scene) { sc.Name = name }, "Name", ""})
	}
	for _, state := range []keyState{disabled, denied, scheduled, destroyed} {
		cases = append(cases,
			expectation{"key " + string(state), func(sc *scene) { sc.Before = state }, "Before", state.code()},
			expectation{"key " + string(state) + " during the run", func(sc *scene) { sc.Later = state }, "Later", state.code()})
	}
	for _, method := range slices.Concat(h.Writes, h.Sometimes) {
		cases = append(cases, faultCases(method)...)
	}
	return append(cases, retried()...)
}

// faultCases fails one call of a method in every way after which a client should retry, and all calls in one way after
// which it should not. The last case also proves that the connector calls the method.
func faultCases(method emulator.Method) []expectation {
	once := func(name, field string, f emulator.Fault) expectation {
		f.Method, f.Call = method, 1
		return expectation{string(method) + " " + name + " once", func(sc *scene) { sc.Fault = f }, "Fault.Method Fault.Call Fault." + field, ""}
	}
	return []expectation{
		once("429", "Status", emulator.Fault{Status: http.StatusTooManyRequests}),
		once("503", "Status", emulator.Fault{Status: http.StatusServiceUnavailable}),
		once("answer lost", "Reset", emulator.Fault{Reset: true}),
		once("answer cut", "Truncate", emulator.Fault{Truncate: 20}),
		{string(method) + " forbidden", func(sc *scene) {
			sc.Fault = emulator.Fault{Method: method, Status: http.StatusForbidden}
		}, "Fault.Method Fault.Status", cmekpipe.PermissionDenied},
	}
}

// retried fails attempts at bundles in every way, with few large and many small bundles. Only the runner's
// configuration differs.
func retried() []expectation {
	var cases []expectation
	for _, bundles := range []int{1, 3, 17} {
		for _, failure := range retryrunner.All() {
			r := retries{Bundles: bundles, Failure: failure}
			cases = append(cases, expectation{fmt.Sprintf("bundle %s, one of %d", failure, bundles),
				func(sc *scene) { sc.Retries = r }, "Retries.Bundles Retries.Failure", ""})
		}
	}
	return cases
}

// judge fails unless the run ended as expected and its data are complete.
func (e expectation) judge(t *testing.T, w *world, err error) {
	t.Helper()
	switch {
	case w.Cancelled:
		e.judgeCancelled(t, w, err)
	case e.code != "":
		e.judgeFailure(t, w, err)
	case err != nil:
		t.Fatalf("got error %v, want none", err)
	default:
		w.requireWritten(t)
		w.requireKeys(t)
		if w.Input.Count > 0 || len(w.since()) > 0 {
			w.RequireEncrypted(t, w.key)
		}
	}
}

func (e expectation) judgeFailure(t *testing.T, w *world, err error) {
	t.Helper()
	found := requireCode(t, err, e.code)
	if w.Occupied != free {
		requireNames(t, found, w.sink.Destination(w.Name), w.key.String())
		if w.Occupied == anotherKey {
			requireNames(t, found, w.other.String())
		}
		if made := w.since(); len(made) > 0 {
			t.Errorf("got %d resources created before the refusal, the first %s %s", len(made), made[0].Kind, made[0].Name)
		}
		w.requireNothing(t)
		return
	}
	w.requireKeys(t)
	if !w.repair() {
		return // data encrypted with a destroyed key can't be read
	}
	if w.Before != enabled {
		w.requireNothing(t)
	} else {
		w.requireWhole(t)
	}
	if w.Later != enabled {
		e.requireRecovery(t, w)
	}
}

func (e expectation) judgeCancelled(t *testing.T, w *world, err error) {
	t.Helper()
	if !isCancelled(err) {
		t.Errorf("got error %v, want that of a cancelled run", err)
	}
	w.requireWhole(t)
	e.requireRecovery(t, w)
}

// isCancelled reports whether err is that of a cancelled run, of which some runners keep only the text.
func isCancelled(err error) bool {
	return errors.Is(err, context.Canceled) || err != nil && strings.Contains(err.Error(), "cancel")
}

// requireRecovery fails unless a repeated run after the failed one completes the data.
func (e expectation) requireRecovery(t *testing.T, w *world) {
	t.Helper()
	if err := w.again(t); err != nil {
		t.Fatalf("repeated run: got error %v, want none", err)
	}
	w.requireWritten(t)
	w.requireKeys(t)
}
