package launch_test

import (
	"context"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/xlangx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// expand stands for an expansion service of another SDK.
func expand(_ context.Context, p *xlangx.HandlerParams) (*jobpb.ExpansionResponse, error) {
	components, outputs := p.Req.GetComponents(), make(map[string]string)
	if components.Pcollections == nil {
		components.Pcollections = make(map[string]*pipepb.PCollection)
	}
	for _, out := range p.Outputs() {
		outputs[out.Local] = out.ID()
		components.Pcollections[out.ID()] = &pipepb.PCollection{UniqueName: out.ID(), IsBounded: out.Bounded}
	}
	return &jobpb.ExpansionResponse{
		Components: components,
		Transform:  &pipepb.PTransform{UniqueName: "expanded", Spec: p.Req.GetTransform().GetSpec(), Outputs: outputs},
	}, nil
}

// No key reaches the other SDK yet, so that even what guard lets pass is refused.
func TestTransformsOfOtherSDKsAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, runner := range []string{"dataflow", "prism"} {
		t.Run(runner, func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			kafkaio.Read(s, "offline:", "broker:1", []string{"entries"})
			opts := w.options(func(c *cmekpipe.Config) { c.Runner = runner })
			_, err := launch.Run(t.Context(), opts, p, launch.WithHaste(), launch.WithProgress(w.said))
			if got := cmekpipe.CodeOf(err); got != cmekpipe.Unsupported {
				t.Errorf("got error %v, want code %q", err, cmekpipe.Unsupported)
			}
			requireNothing(t, w)
		})
	}
}
