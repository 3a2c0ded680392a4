package launch

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// checkExternal refuses transforms that a launch can't carry: on Dataflow those of other SDKs that guard does not find to
// be under a key, and on this machine all of those, and those that only Dataflow knows, whose payload Prism logs.
func checkExternal(edges []*graph.MultiEdge, coverage *guard.Coverage, onDataflow bool) error {
	for _, e := range edges {
		if e.Op != graph.External || (onDataflow && e.External == nil) {
			continue
		}
		found := finding(coverage, e)
		if onDataflow && (found.Verdict == guard.Protected || found.Verdict == guard.ReadsOnly) {
			continue
		}
		if e.External == nil {
			return refuse(cmekpipe.Unsupported, found.Path(), "got a transform that only Dataflow knows",
				"read a subscription with pubsubio.Pull, which runs on every runner; run any other such transform with --runner=dataflow")
		}
		return refuse(cmekpipe.Unsupported, found.Path(), "got a transform of another SDK, "+obstacle(found, onDataflow),
			"use a connector of cmekpipe/io")
	}
	return nil
}

// finding returns what guard says of a transform.
func finding(coverage *guard.Coverage, e *graph.MultiEdge) guard.Transform {
	id := fmt.Sprintf("e%d", e.ID())
	for _, t := range coverage.Transforms {
		if t.ID == id {
			return t
		}
	}
	return guard.Transform{Scope: e.Scope().String(), Name: e.Name()}
}

// obstacle says what keeps a transform of another SDK from being launched.
func obstacle(t guard.Transform, onDataflow bool) string {
	if !onDataflow {
		return "whose workers this process does not run"
	}
	return "which the key does not reach: guard finds it " + string(t.Verdict)
}
