package crosslang

import (
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// CheckOnDataflow refuses transforms of other SDKs that guard does not find protected or reading only: no key reaches them.
func CheckOnDataflow(op string, edges []*graph.MultiEdge, coverage *guard.Coverage) error {
	for _, e := range edges {
		if e.Op != graph.External || e.External == nil {
			continue
		}
		t := transformOf(coverage, e)
		if t.Verdict == guard.Protected || t.Verdict == guard.ReadsOnly {
			continue
		}
		return unsupported(op, t, "got a transform of another SDK, which the key does not reach: guard finds it "+string(t.Verdict),
			"use a connector of cmekpipe/io")
	}
	return nil
}

// CheckLocal refuses transforms that this machine can't run: those of other SDKs, and those that only Dataflow knows, whose
// payload Prism logs.
func CheckLocal(op string, edges []*graph.MultiEdge, coverage *guard.Coverage) error {
	for _, e := range edges {
		switch {
		case e.Op != graph.External:
		case e.External == nil:
			return unsupported(op, transformOf(coverage, e), "got a transform that only Dataflow knows",
				"read a subscription with pubsubio.Pull, which runs on every runner; run any other such transform with --runner=dataflow")
		default:
			return unsupported(op, transformOf(coverage, e), "got a transform of another SDK, whose workers this process does not run",
				"use a connector of cmekpipe/io")
		}
	}
	return nil
}

func unsupported(op string, t guard.Transform, reason, hint string) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.Unsupported, Resource: t.Path(), Hint: hint, Err: errors.New(reason)}
}

// transformOf returns what guard says of a transform.
func transformOf(coverage *guard.Coverage, e *graph.MultiEdge) guard.Transform {
	id := fmt.Sprintf("e%d", e.ID())
	for _, t := range coverage.Transforms {
		if t.ID == id {
			return t
		}
	}
	return guard.Transform{Scope: e.Scope().String(), Name: e.Name()}
}
