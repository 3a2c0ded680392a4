package retryrunner

import (
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
)

// refuse returns an error for an edge that this runner doesn't support.
func refuse(e *graph.MultiEdge) error {
	what := ""
	switch e.Op {
	case graph.Impulse, graph.CoGBK, graph.Reshuffle, graph.Flatten, graph.Combine, graph.WindowInto:
	case graph.ParDo:
		what = unsupported(e)
	default:
		what = string(e.Op) + " transforms"
	}
	for _, out := range e.Output {
		switch {
		case !out.To.Bounded():
			what = "unbounded collections"
		case out.To.WindowingStrategy().Fn.Kind == window.Sessions:
			what = "windows that merge"
		}
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("retryrunner: %s: %s are not supported", e.Name(), what)
}

func unsupported(e *graph.MultiEdge) string {
	timers, _ := e.DoFn.PipelineTimers()
	switch {
	case e.DoFn.IsSplittable():
		return "splittable DoFns"
	case len(e.DoFn.PipelineState()) > 0:
		return "DoFns with state"
	case len(timers) > 0:
		return "DoFns with timers"
	}
	for _, in := range e.Input[1:] {
		if !isGlobal(in.From) && !in.From.WindowingStrategy().Equals(e.Input[0].From.WindowingStrategy()) {
			return "side inputs in windows unlike those of the main input"
		}
	}
	return ""
}

func isGlobal(n *graph.Node) bool { return n.WindowingStrategy().Fn.Kind == window.GlobalWindows }
