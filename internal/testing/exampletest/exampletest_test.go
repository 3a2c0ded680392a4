package exampletest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/exampletest"
)

func TestRunUndoesWhatWasSetUp(t *testing.T) {
	const fresh, known = "EXAMPLETEST_FRESH", "EXAMPLETEST_KNOWN"
	t.Setenv(known, "before")
	var order []string
	exampletest.Run(func(t testing.TB) {
		t.Helper()
		t.Cleanup(func() { order = append(order, "first") })
		t.Cleanup(func() { order = append(order, "second") })
		t.Setenv(fresh, "during")
		t.Setenv(known, "during")
		if os.Getenv(fresh) != "during" || os.Getenv(known) != "during" || t.Context().Err() != nil {
			t.Errorf("got %q and %q, want both set", os.Getenv(fresh), os.Getenv(known))
		}
	})
	if _, set := os.LookupEnv(fresh); set || os.Getenv(known) != "before" {
		t.Errorf("got %q and %q afterwards, want none and the one before", os.Getenv(fresh), os.Getenv(known))
	}
	if got := strings.Join(order, " "); got != "second first" {
		t.Errorf("got cleanups %s, want the last one first", got)
	}
}

func TestFailurePanicsAndIsTidiedUp(t *testing.T) {
	for name, fail := range map[string]func(testing.TB){
		"Fatal":  func(t testing.TB) { t.Fatal("got 1 row") },
		"Fatalf": func(t testing.TB) { t.Fatalf("got %d row", 1) },
		"Errorf": func(t testing.TB) { t.Errorf("got %d row", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			tidied := false
			defer func() {
				if got := recover(); got != "got 1 row" || !tidied {
					t.Errorf("got panic %v, tidied up: %v; want the failure's text, tidied up", got, tidied)
				}
			}()
			exampletest.Run(func(t testing.TB) {
				t.Cleanup(func() { tidied = true })
				fail(t)
			})
		})
	}
}
