package conformance

import (
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

// verified fails unless package verify finds nothing wrong after a good run, and finds another resource in its place.
func verified(t *testing.T, h Harness) {
	w := newWorld(t, h, good())
	result, err := w.result(t.Context(), t, w.pipeline(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if found := w.findings(t, result.Plan); len(found) > 0 {
		t.Errorf("got findings %+v after a good run, want none", found)
	}
	if h.Overwrites != "" {
		return // the run chooses the names of destinations
	}
	for occupied, want := range map[occupant]rule.ID{anotherKey: rule.OtherKey, noKey: rule.NoKey} {
		t.Run("occupied with "+string(occupied), func(t *testing.T) {
			sc := good()
			sc.Occupied = occupied
			other := newWorld(t, h, sc)
			other.requireFinding(t, moved(result.Plan, w.sink.Destination(w.Name), other.sink.Destination(other.Name)), want)
		})
	}
}

// moved returns a plan with a destination in another location.
func moved(p *plan.Plan, from, to string) *plan.Plan {
	d := *p
	d.Destinations = slices.Clone(d.Destinations)
	for i := range d.Destinations {
		if d.Destinations[i].Name == from {
			d.Destinations[i].Name = to
		}
	}
	return &d
}

// requireFinding fails unless package verify finds that the destination violates a rule.
func (w *world) requireFinding(t testing.TB, p *plan.Plan, id rule.ID) {
	t.Helper()
	found := w.findings(t, p)
	for _, f := range found {
		if f.Rule == id && f.Resource == w.sink.Destination(w.Name) {
			return
		}
	}
	t.Errorf("got findings %+v, want %s on %s", found, id, w.sink.Destination(w.Name))
}

func (w *world) findings(t testing.TB, p *plan.Plan) rule.Findings {
	t.Helper()
	found, err := verify.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
