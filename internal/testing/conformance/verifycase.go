package conformance

import (
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// The rules of a destination that rests under no key and under another.
const (
	ruleNoKey    = "CMEK021"
	ruleOtherKey = "CMEK022"
)

// verify fails unless a look at what a good run left finds nothing wrong, and one at what somebody put in its place finds
// that.
func verify(t *testing.T, h Harness) {
	w := newWorld(t, h, good())
	result, err := w.result(t.Context(), t, w.pipeline(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if found := w.verified(t, result.Draft); len(found) > 0 {
		t.Errorf("got findings %+v after a good run, want none", found)
	}
	if h.Overwrites != "" {
		return // destinations have names that the run makes up
	}
	for occupied, want := range map[occupant]string{anotherKey: ruleOtherKey, noKey: ruleNoKey} {
		t.Run("occupied under "+string(occupied), func(t *testing.T) {
			sc := good()
			sc.Occupied = occupied
			other := newWorld(t, h, sc)
			other.requireFinding(t, moved(result.Draft, w.sink.Destination(w.Name), other.sink.Destination(other.Name)), want)
		})
	}
}

// moved is a draft whose destination is in another place.
func moved(draft *launch.Draft, from, to string) *launch.Draft {
	d := *draft
	d.Destinations = slices.Clone(d.Destinations)
	for i := range d.Destinations {
		if d.Destinations[i].Name == from {
			d.Destinations[i].Name = to
		}
	}
	return &d
}

// requireFinding fails unless a look finds that the destination breaks a rule.
func (w *world) requireFinding(t testing.TB, draft *launch.Draft, id string) {
	t.Helper()
	found := w.verified(t, draft)
	for _, f := range found {
		if f.Rule == id && f.Resource == w.sink.Destination(w.Name) {
			return
		}
	}
	t.Errorf("got findings %+v, want %s on %s", found, id, w.sink.Destination(w.Name))
}

func (w *world) verified(t testing.TB, draft *launch.Draft) []rule.Finding {
	t.Helper()
	found, err := launch.Verify(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
