package launch

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/canonical"
)

// marshal turns the graph into Beam's model, which holds the pipeline's constants: it is for runners only, never for a
// log or an error.
func marshal(edges []*graph.MultiEdge, environment *pipepb.Environment, c cmekpipe.Config) (*pipepb.Pipeline, error) {
	return canonical.Marshal(edges, &graphx.Options{Environment: environment, PipelineResourceHints: resourceHints(c.ResourceHints)})
}
