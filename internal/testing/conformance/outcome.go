package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// outcome is the result of a pipeline with several sinks in one cloud.
type outcome struct {
	worlds []*world
	err    error
}

// judge checks all sinks. A sink without a failure of its own may be complete although the run failed.
func (o outcome) judge(t *testing.T) {
	t.Helper()
	o.judgeError(t)
	o.worlds[0].requireNoSecret(t, o.err)
	for _, e := range o.worlds[0].since() {
		o.judgeEntry(t, e)
	}
	for _, w := range o.worlds {
		w.repair()
	}
	for _, w := range o.worlds {
		o.judgeRows(t, w)
	}
}

// judgeError fails unless the run failed if and only if a scene requires it, and with the scene's error.
func (o outcome) judgeError(t *testing.T) {
	t.Helper()
	fatal := slices.ContainsFunc(o.worlds, func(w *world) bool { return w.fatal() != "" && w.Input.Count > 0 })
	cancelled := slices.ContainsFunc(o.worlds, func(w *world) bool { return w.Cancelled && w.Input.Count > 0 })
	if o.err == nil {
		if fatal || cancelled {
			t.Error("got no error, want one: a key can't be used, a call is forbidden, a destination is occupied or the run is cancelled")
		}
		return
	}
	if cancelled && isCancelled(o.err) {
		return
	}
	e, ok := cmekpipe.FindError(o.err.Error())
	if !ok {
		t.Errorf("got error %v, want a typed one", o.err)
		return
	}
	if !slices.ContainsFunc(o.worlds, func(w *world) bool { return o.explains(w, e) }) {
		t.Errorf("got error %v, want one that a scene explains", e)
	}
}

// fatal returns the error code of a run with rows in the scene, or "" if it must succeed.
func (sc scene) fatal() cmekpipe.Code {
	switch {
	case sc.Occupied == anotherKey:
		return cmekpipe.KeyMismatch
	case sc.Occupied == noKey:
		return cmekpipe.KeyMissing
	case sc.Fault.Method != "" && sc.Fault.Call == 0:
		return cmekpipe.PermissionDenied
	case sc.Before != enabled:
		return sc.Before.code()
	}
	return sc.Later.code()
}

// explains reports whether a sink may cause an error. A fault belongs to no sink: it affects all that make the call.
func (o outcome) explains(w *world, e *cmekpipe.Error) bool {
	if !strings.HasPrefix(w.harness.Name, e.Op) {
		return false
	}
	if other := o.named(e.Resource); other != nil && other != w {
		return false
	}
	if w.fatal() == e.Code {
		return true
	}
	if w.fatal() != "" && e.Code == cmekpipe.Unavailable {
		return o.cuts(w) // the answer with the reason may be the truncated one
	}
	return e.Code == cmekpipe.PermissionDenied && slices.ContainsFunc(o.worlds, func(other *world) bool {
		return other.fatal() == e.Code && w.calls(other.Fault.Method)
	})
}

// cuts reports whether a fault truncates an answer to a call that the sink makes.
func (o outcome) cuts(w *world) bool {
	return slices.ContainsFunc(o.worlds, func(other *world) bool { return other.Fault.Truncate > 0 && w.calls(other.Fault.Method) })
}

// calls reports whether the sink makes a call.
func (w *world) calls(method emulator.Method) bool {
	return slices.Contains(slices.Concat(w.harness.Writes, w.harness.Sometimes, w.harness.Also), method)
}

// named returns the sink whose tag is in a resource's name, or nil if there is none.
func (o outcome) named(resource string) *world {
	for _, w := range o.worlds {
		if strings.Contains(resource, w.Name) {
			return w
		}
	}
	return nil
}

// judgeEntry fails unless a resource is encrypted with the key of its sink because the call requested it. A resource
// whose name has no tag may belong to any sink.
func (o outcome) judgeEntry(t *testing.T, e emulator.Entry) {
	t.Helper()
	if e.Service == emulator.KMS {
		return
	}
	owner := o.named(e.Name)
	if owner == nil {
		i := slices.IndexFunc(o.worlds, func(w *world) bool { return w.key == e.ProtectedBy() })
		if i < 0 {
			t.Errorf("%s created %s %s with key %q, want one of the sinks'", e.Method, e.Kind, e.Name, e.ProtectedBy())
			return
		}
		owner = o.worlds[i]
	}
	owner.requireKey(t, e)
}

func (o outcome) judgeRows(t *testing.T, w *world) {
	t.Helper()
	if o.err == nil {
		w.requireWritten(t)
		return
	}
	got := w.sink.Rows(t, w.Name)
	d := compare(got, w.Input.rows(), 1)
	refused := w.Before != enabled || w.Occupied != free
	partly := w.harness.Partial == "" && d.lost > 0 && len(got) > 0
	if d.foreign > 0 || w.harness.ExactlyOnce && d.doubled > 0 || partly || refused && len(got) > 0 {
		t.Errorf("%s: after a failure got %d rows of %d: %d duplicated, %d never sent", w.Name, len(got), w.Input.Count, d.doubled, d.foreign)
	}
}
