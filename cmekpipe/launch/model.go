package launch

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/pipemodel"
)

// marshal turns the graph into Beam's model, which holds the pipeline's constants: it is for runners only, never for a
// log or an error.
func marshal(edges []*graph.MultiEdge, environment *pipepb.Environment, c cmekpipe.Config) (*pipepb.Pipeline, error) {
	return pipemodel.Marshal(edges, &graphx.Options{Environment: environment, PipelineResourceHints: resourceHints(c.ResourceHints)})
}

// jobName returns the name of the options, or makes one up from the time and chance.
func jobName(opts *cmekpipe.Options) string {
	if name := opts.Config().JobName; name != "" {
		return name
	}
	return "cmekpipe-" + time.Now().UTC().Format("20060102-150405") + "-" + randomHex(4)
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: see package crypto/rand
	return hex.EncodeToString(b)
}
