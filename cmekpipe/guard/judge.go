package guard

import (
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/pcollection"
)

// judge returns the finding on one edge of the graph.
func judge(known catalogue, e *graph.MultiEdge) Transform {
	t := Transform{ID: fmt.Sprintf("e%d", e.ID()), Scope: e.Scope().String()}
	switch {
	case e.DoFn != nil:
		judgeFn(known, (*graph.Fn)(e.DoFn), e, &t)
	case e.CombineFn != nil:
		judgeFn(known, (*graph.Fn)(e.CombineFn), e, &t)
	case e.External != nil || e.Payload != nil:
		judgeExternal(known, e, &t)
	default:
		judgeOperation(e.Op, &t)
	}
	return t
}

// judgeOperation judges an operation of Beam's that runs no code of a DoFn.
func judgeOperation(op graph.Opcode, t *Transform) {
	t.Identity, t.Name, t.Verdict = string(op), string(op), Neutral
	switch op {
	case graph.Impulse, graph.CoGBK, graph.Reshuffle, graph.Flatten, graph.WindowInto:
	default:
		t.Verdict = Unprotected
		t.Reason = "got an operation of Beam that this version does not know"
		t.Replacement = "use a version of this module that knows the Beam in go.mod"
	}
}

func judgeFn(known catalogue, fn *graph.Fn, e *graph.MultiEdge, t *Transform) {
	t.Identity = identityOf(fn)
	t.Name = shortName(t.Identity)
	if d, ok := destination.Of(fn.Recv); ok {
		judgeOwn(d, fn, e, t)
		return
	}
	if destination.IsHelper(fn.Recv) {
		t.Verdict = Neutral
		return
	}
	if below, ok := belowBeam(t.Identity); ok {
		known.judgeBeam(below, fn, t)
		if partial := partialInput(e); t.Verdict == Protected && partial != "" {
			t.refuse(overwrites(partial)) // Beam's file writers know no windows
		}
		return
	}
	t.Verdict = Opaque
	t.Reason = "your own code, with " + outputs(len(e.Output)) + "; guard cannot determine where it writes"
}

// outputs counts the outputs of a transform: one without any is often a sink.
func outputs(n int) string {
	switch n {
	case 0:
		return "no outputs"
	case 1:
		return "1 output"
	}
	return fmt.Sprintf("%d outputs", n)
}

// judgeOwn accepts the destination that a DoFn of this module declares, provided that the declaration is complete.
func judgeOwn(d destination.Destination, fn *graph.Fn, e *graph.MultiEdge, t *Transform) {
	const remedy = "create the destination with a method of a parsed key, such as key.Object"
	t.Verdict, t.Destination = Unprotected, d.Name
	switch reason := partialInput(e); {
	case !d.Key.Valid():
		t.Reason, t.Replacement = "got a destination without a key", remedy
	case d.Name == "" || !d.Kind.Valid():
		t.Reason, t.Replacement = "got a key without a destination", remedy
	case reason != "" && destination.NeedsWholeInput(fn.Recv):
		t.refuse(overwrites(reason))
	default:
		t.Verdict, t.Kind, t.Key, t.AdditionalKeys = Protected, d.Kind, d.Key, d.AdditionalKeys
	}
}

// overwrites says why a transform that writes one fixed name is refused for a partial input, and what to use instead.
func overwrites(partial string) (reason, replacement string) {
	return "writes one fixed name, but got " + partial + ": each pane would overwrite the one before",
		"use the connector's sharded form, which puts window and pane into the name, such as textio.WriteSharded"
}

// refuse changes a protected transform to an unprotected one.
func (t *Transform) refuse(reason, replacement string) {
	t.Verdict, t.Kind, t.Key, t.AdditionalKeys = Unprotected, "", cmekpipe.KeyName{}, nil
	t.Reason, t.Replacement = reason, replacement
}

// partialInput returns why a main input arrives in several panes; "" if it arrives in one.
func partialInput(e *graph.MultiEdge) string {
	for _, in := range e.Input {
		if in.Kind != graph.Main {
			continue
		}
		strategy := in.From.WindowingStrategy()
		switch {
		case !in.From.Bounded():
			return "an unbounded input"
		case strategy.Fn.Kind != window.GlobalWindows:
			return "a windowed input"
		case !pcollection.DefaultTrigger(strategy):
			return "an input with a trigger"
		}
	}
	return ""
}

// judgeBeam judges a DoFn or function of Beam's. below is what follows Beam's path in its identity.
func (c catalogue) judgeBeam(below string, fn *graph.Fn, t *Transform) {
	v := valuesOf(reflect.ValueOf(fn.Recv))
	row, ok := c[below]
	switch {
	case ok:
		row.apply(v, t)
	case isPure(packageOf(below)):
		t.Verdict = Neutral
	default:
		unknownConnector().apply(v, t)
	}
	if call := userCall(fn); call != "" && t.Verdict == Neutral {
		t.Verdict, t.Reason = Opaque, "calls "+call+"; guard cannot determine where it writes"
	}
}
