package launch

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// marshal turns the graph into Beam's model, which holds the pipeline's constants: it is for runners only, never for a
// log or an error.
func marshal(edges []*graph.MultiEdge, environment *pipepb.Environment, c cmekpipe.Config) (*pipepb.Pipeline, error) {
	return graphx.Marshal(edges, &graphx.Options{Environment: environment, PipelineResourceHints: resourceHints(c.ResourceHints)})
}

// checkExternal refuses transforms that a launch can't carry. Those of another SDK come with files that would rest in
// staging, and with services' clients that no key reaches. Those that only Dataflow knows make Prism log their payload.
func checkExternal(edges []*graph.MultiEdge, onDataflow bool) error {
	for _, e := range edges {
		if e.Op != graph.External || (onDataflow && e.External == nil) {
			continue
		}
		name := e.Scope().String() + "/" + e.Name()
		if e.External == nil {
			return refuse(cmekpipe.Unsupported, name, "got a transform that only Dataflow knows",
				"use runner dataflow, or leave the transform out of a test")
		}
		return refuse(cmekpipe.Unsupported, name, "got a transform of another SDK, whose files this version can't stage under the key yet",
			"use a connector of cmekpipe/io")
	}
	return nil
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
