package conformance

import (
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// inspect fails unless guard finds destination and key in the constructed pipeline.
func inspect(t *testing.T, h Harness) {
	w := newWorld(t, h, good())
	coverage, err := guard.Inspect(w.pipeline(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := coverage.Err(); err != nil {
		t.Errorf("got refusal %v, want none", err)
	}
	found := false
	for _, tr := range coverage.Transforms {
		if tr.Verdict != guard.Protected {
			continue
		}
		if tr.Key != w.key {
			t.Errorf("%s: got key %q, want %q", tr.Path(), tr.Key, w.key)
		}
		found = found || tr.Destination == w.sink.Destination(w.Name)
	}
	if !found {
		t.Errorf("got coverage\n%s\nwant a protected transform that writes to %s", coverage, w.sink.Destination(w.Name))
	}
}
