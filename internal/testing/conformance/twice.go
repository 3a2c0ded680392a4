package conformance

import (
	"bytes"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
)

// buildTwice fails unless building the pipeline twice gives the same pipeline.
func buildTwice(t *testing.T, h Harness) {
	w := newWorld(t, h, good())
	first, again := w.model(t), w.model(t)
	if !bytes.Equal(first, again) {
		t.Errorf("got %d bytes of Beam's model, and then another %d, want the same", len(first), len(again))
	}
}

// model returns the scene's pipeline in its staged form.
func (w *world) model(t testing.TB) []byte {
	t.Helper()
	edges, _, err := w.pipeline(t, nil).Build()
	if err != nil {
		t.Fatal(err)
	}
	model, err := canonical.Marshal(edges, &graphx.Options{Environment: &pipepb.Environment{Urn: graphx.URNEnvDocker}})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := canonical.Encode(model)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
