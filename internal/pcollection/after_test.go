package pcollection_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// steps records what the functions of a pipeline did, in the order in which they did it.
var steps struct {
	mu   sync.Mutex
	done []string
}

func did(step string) (first bool) {
	steps.mu.Lock()
	defer steps.mu.Unlock()
	first = !slices.Contains(steps.done, step)
	steps.done = append(steps.done, step)
	return first
}

func create([]byte) string { did("create"); return "created" }

// writeOnce fails at its first element.
func writeOnce(s string) error {
	if did("write " + s) {
		return errors.New("the first attempt fails")
	}
	return nil
}

func writePair(key, value string) error { return writeOnce(key + value) }

func pairOf(s string) (string, string) { return s, "!" }

func init() {
	for _, fn := range []any{create, writeOnce, writePair, pairOf} {
		beam.RegisterFunction(fn)
	}
}

func TestAfterWaitsAndARetryDoesNotRepeatTheStep(t *testing.T) {
	for name, build := range map[string]func(s beam.Scope, ready beam.PCollection){
		"elements": func(s beam.Scope, ready beam.PCollection) {
			beam.ParDo0(s, writeOnce, pcollection.After(s, ready, beam.Create(s, "a")))
		},
		"pairs": func(s beam.Scope, ready beam.PCollection) {
			beam.ParDo0(s, writePair, pcollection.After(s, ready, beam.ParDo(s, pairOf, beam.Create(s, "a"))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			steps.done = nil
			p, s := beam.NewPipelineWithRoot()
			build(s, beam.ParDo(s, create, beam.Impulse(s)))
			if err := retryrunner.Run(t.Context(), p, retryrunner.Config{}); err != nil {
				t.Fatal(err)
			}
			if len(steps.done) != 3 || steps.done[0] != "create" || steps.done[1] == "create" || steps.done[2] != steps.done[1] {
				t.Errorf("got %q, want one creation and then two attempts to write", steps.done)
			}
		})
	}
}
