// Package canonical encodes pipelines as Beam's model so that the same pipeline always gives the same bytes. In Beam's own
// encoding two things are random: the order of a pipeline's roots, and the order of the coders of a Reshuffle. What is named
// by the hash of its content, such as a model in a staging bucket, would get another name each time.
package canonical

import (
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	v1pb "github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx/v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/pipelinex"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
)

// Marshal turns a graph into Beam's model, which holds the pipeline's constants: it is for runners only, never for a log or
// an error.
func Marshal(edges []*graph.MultiEdge, options *graphx.Options) (*pipepb.Pipeline, error) {
	model, err := graphx.Marshal(edges, options)
	if err != nil {
		return nil, err
	}
	transforms := model.GetComponents().GetTransforms()
	slices.Sort(model.RootTransformIds)
	model.RootTransformIds = pipelinex.TopologicalSort(transforms, model.RootTransformIds)
	for id, t := range transforms {
		if err := sortCoders(t); err != nil {
			return nil, fmt.Errorf("transform %s: %w", id, err)
		}
	}
	return model, nil
}

// sortCoders encodes the coders of one half of a Reshuffle in order.
func sortCoders(t *pipepb.PTransform) error {
	if t.GetSpec().GetUrn() != graphx.URNParDo {
		return nil
	}
	var parDo pipepb.ParDoPayload
	if err := proto.Unmarshal(t.GetSpec().GetPayload(), &parDo); err != nil {
		return err
	}
	doFn := parDo.GetDoFn()
	if urn := doFn.GetUrn(); urn != graphx.URNReshuffleInput && urn != graphx.URNReshuffleOutput {
		return nil
	}
	encoded, err := base64.StdEncoding.DecodeString(string(doFn.GetPayload()))
	if err != nil {
		return err
	}
	var reshuffle v1pb.TransformPayload
	if err := proto.Unmarshal(encoded, &reshuffle); err != nil {
		return err
	}
	if encoded, err = Encode(&reshuffle); err != nil {
		return err
	}
	doFn.Payload = []byte(base64.StdEncoding.EncodeToString(encoded))
	t.Spec.Payload, err = Encode(&parDo)
	return err
}

// Encode encodes a message, the same one always to the same bytes.
func Encode(m proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}
