package canonical_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
)

func TestMain(m *testing.M) {
	beam.Init()
	os.Exit(m.Run())
}

// build builds a pipeline of several roots, with a Reshuffle of pairs.
func build() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	for _, scope := range []string{"a", "b", "c", "d", "e"} {
		pairs := beam.AddFixedKey(s.Scope(scope), beam.Create(s.Scope(scope), "x", "y"))
		beam.GroupByKey(s, beam.Reshuffle(s.Scope(scope), pairs))
	}
	return p
}

func marshal(t *testing.T) *pipepb.Pipeline {
	t.Helper()
	edges, _, err := build().Build()
	if err != nil {
		t.Fatal(err)
	}
	model, err := canonical.Marshal(edges, &graphx.Options{Environment: &pipepb.Environment{Urn: graphx.URNEnvDocker}})
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func TestTheSamePipelineGivesTheSameModel(t *testing.T) {
	var first []byte
	for range 20 {
		encoded, err := canonical.Encode(marshal(t))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = encoded
		}
		if !bytes.Equal(encoded, first) {
			t.Fatalf("got %d bytes and then another %d, want the same", len(first), len(encoded))
		}
	}
}

// The model says what Beam's says: every root is there, after those whose output it reads, and every Reshuffle can be read.
func TestTheModelIsStillBeams(t *testing.T) {
	model, reshuffles := marshal(t), 0
	seen := map[string]bool{}
	for _, id := range model.RootTransformIds {
		root := model.GetComponents().GetTransforms()[id]
		for _, in := range root.GetInputs() {
			if !seen[in] {
				t.Errorf("got root %s before what makes its input %s", id, in)
			}
		}
		for _, out := range root.GetOutputs() {
			seen[out] = true
		}
	}
	if len(model.RootTransformIds) < 10 {
		t.Errorf("got roots %q, want all scopes and what reads from them", model.RootTransformIds)
	}
	for id, transform := range model.GetComponents().GetTransforms() {
		var parDo pipepb.ParDoPayload
		if proto.Unmarshal(transform.GetSpec().GetPayload(), &parDo) != nil || transform.GetSpec().GetUrn() != graphx.URNParDo {
			continue
		}
		if urn := parDo.GetDoFn().GetUrn(); urn == graphx.URNReshuffleInput || urn == graphx.URNReshuffleOutput {
			reshuffles++
			if len(parDo.GetDoFn().GetPayload()) == 0 {
				t.Errorf("%s: got no coders", id)
			}
		}
	}
	if reshuffles != 10 {
		t.Errorf("got %d halves of a Reshuffle, want 10", reshuffles)
	}
}
