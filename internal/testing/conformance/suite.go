package conformance

import (
	"strings"
	"testing"
)

// Run runs the suite against one connector. Each case is a subtest with a cloud of its own and runs a pipeline over
// Google's clients. The test's TestMain must have called flag.Parse and beam.Init.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, e := range []expectation{{name: "good"}, portable("good", func(*scene) {}, "", "")} {
		if !t.Run(e.name, func(t *testing.T) { play(t, h, e) }) {
			t.Fatal("the good run fails, so that no other case proves anything")
		}
	}
	for _, e := range expectations(h) {
		t.Run(e.name, func(t *testing.T) { play(t, h, e) })
	}
	t.Run("guard", func(t *testing.T) { inspect(t, h) })
	t.Run("verify", func(t *testing.T) { verified(t, h) })
	t.Run("built twice", func(t *testing.T) { buildTwice(t, h) })
	several(t, h)
}

// play sets a scene that differs from the good one in one field, runs it and checks the result.
func play(t *testing.T, h Harness, e expectation) {
	sc := good()
	if e.change != nil {
		e.change(&sc)
		if d := strings.Join(differences(good(), sc), " "); d != e.differs {
			t.Fatalf("the case differs from the good one in %q, want %q alone", d, e.differs)
		}
	}
	if h.Overwrites != "" && sc.Occupied != free {
		t.Skip("there is nothing to refuse: " + h.Overwrites)
	}
	w := newWorld(t, h, sc)
	err := w.run(t)
	w.requireNoSecret(t, err)
	e.judge(t, w, err)
}
