package retryrunner

import (
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
)

// step is a part of a pipeline that runs as one: fused DoFns, or one edge of another kind.
type step struct {
	root  *graph.Node // the input of fused DoFns
	edges []*graph.MultiEdge
}

// runsInBundles reports whether an edge is a DoFn or similar, and not one that the runner executes itself.
func runsInBundles(e *graph.MultiEdge) bool {
	return e.Op == graph.ParDo || e.Op == graph.Combine || e.Op == graph.WindowInto
}

func (s *step) makes(n *graph.Node) bool {
	return slices.ContainsFunc(s.edges, func(e *graph.MultiEdge) bool {
		return slices.ContainsFunc(e.Output, func(o *graph.Outbound) bool { return o.To == n })
	})
}

// reads reports whether the step must wait until n is complete.
func (s *step) reads(n *graph.Node) bool {
	return slices.ContainsFunc(s.edges, func(e *graph.MultiEdge) bool {
		for i, in := range e.Input {
			inside := runsInBundles(e) && i == 0 && in.From != s.root
			if in.From == n && !inside {
				return true
			}
		}
		return false
	})
}

// waitsFor reports whether s needs the output of other.
func (s *step) waitsFor(other *step) bool {
	return slices.ContainsFunc(other.edges, func(e *graph.MultiEdge) bool {
		return slices.ContainsFunc(e.Output, func(o *graph.Outbound) bool { return s.reads(o.To) })
	})
}

// plan divides a pipeline's edges, which are in topological order, into steps and sorts the steps in an order in which
// they can run.
func plan(edges []*graph.MultiEdge, unfused bool) []*step {
	var steps []*step
	for _, e := range edges {
		if runsInBundles(e) {
			if !unfused && fuse(steps, e) {
				continue
			}
			steps = append(steps, &step{root: e.Input[0].From, edges: []*graph.MultiEdge{e}})
			continue
		}
		steps = append(steps, &step{edges: []*graph.MultiEdge{e}})
	}
	ordered, _ := order(steps)
	return ordered
}

// fuse adds an edge to the step that produces its input or to another reader of it, unless a step would then wait for
// itself.
func fuse(steps []*step, e *graph.MultiEdge) bool {
	from := e.Input[0].From
	for _, s := range steps {
		if !runsInBundles(s.edges[0]) || s.root != from && !s.makes(from) {
			continue
		}
		s.edges = append(s.edges, e)
		if _, ok := order(steps); ok {
			return true
		}
		s.edges = s.edges[:len(s.edges)-1]
	}
	return false
}

// order sorts steps so that none waits for a later one. It reports false if there is no such order.
func order(steps []*step) (ordered []*step, ok bool) {
	left := slices.Clone(steps)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(s *step) bool {
			return !slices.ContainsFunc(left, func(other *step) bool { return s.waitsFor(other) })
		})
		if i < 0 {
			return nil, false
		}
		ordered, left = append(ordered, left[i]), slices.Delete(left, i, i+1)
	}
	return ordered, true
}
