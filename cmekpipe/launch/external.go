package launch

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// checkExternal refuses transforms that a launch can't carry: those of other SDKs, and on this machine those that only
// Dataflow knows, whose payload Prism logs.
func checkExternal(edges []*graph.MultiEdge, coverage *guard.Coverage, onDataflow bool) error {
	for _, e := range edges {
		if e.Op != graph.External || (onDataflow && e.External == nil) {
			continue
		}
		found := finding(coverage, e)
		if e.External == nil {
			return refuse(cmekpipe.Unsupported, found.Path(), "got a transform that only Dataflow knows",
				"use runner dataflow, or leave the transform out of a test")
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

// obstacle says what keeps a transform of another SDK from being launched. One that guard finds protected names the key,
// and [keyEverywhere] tells it to its workers. Two places are left that Beam and Java choose by themselves: where the
// other SDK's files are staged, and the temp location, to which Java's file loads write without naming a key.
func obstacle(t guard.Transform, onDataflow bool) string {
	switch {
	case !onDataflow:
		return "whose workers this process does not run"
	case t.Verdict == guard.Protected || t.Verdict == guard.ReadsOnly:
		return "which the key reaches; but its files would be staged without it, and what it keeps in temp_location rests " +
			"under the bucket's default key, which is not proven to be the job's"
	}
	return "which the key does not reach: guard finds it " + string(t.Verdict)
}
