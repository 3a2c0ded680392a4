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

// inspection is one call of Inspect.
type inspection struct {
	settings
	known  catalogue
	scopes *scopes
}

// judge returns the finding on one edge of the graph.
func (in *inspection) judge(e *graph.MultiEdge) Transform {
	t := Transform{ID: fmt.Sprintf("e%d", e.ID()), Scope: in.scopes.paths[e.Scope()]}
	switch {
	case e.DoFn != nil:
		in.judgeFn((*graph.Fn)(e.DoFn), e, &t)
	case e.CombineFn != nil:
		in.judgeFn((*graph.Fn)(e.CombineFn), e, &t)
	case e.External != nil || e.Payload != nil:
		in.judgeExternal(e, &t)
	default:
		judgeOperation(e.Op, &t)
	}
	in.judgeCoders(e, &t)
	t.Identity = cmekpipe.Printable(t.Identity)
	t.Name = in.scopes.unique(e.Scope(), cmekpipe.Printable(shortName(t.Name)))
	return t
}

// judgeCoders adds the user's own coders of what a transform creates to what the finding says of it.
func (in *inspection) judgeCoders(e *graph.MultiEdge, t *Transform) {
	found := coders(e)
	if len(found) == 0 {
		return
	}
	t.UserCode = append(t.UserCode, found...)
	if t.Verdict == Neutral || t.Verdict == ReadsOnly || t.Verdict == Local {
		t.Reason = "encodes its output with your own code " + found[0] + "; guard cannot determine where it writes"
		t.Verdict = Opaque
	}
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

func (in *inspection) judgeFn(fn *graph.Fn, e *graph.MultiEdge, t *Transform) {
	id := identityOf(fn)
	t.Identity, t.Name = id.name, id.name
	if d, ok := destination.Of(fn.Recv); ok {
		judgeOwn(d, fn, e, t)
		return
	}
	if destination.IsHelper(fn.Recv) {
		t.Verdict = Neutral
		if destination.Reads(fn.Recv) {
			t.Verdict = ReadsOnly
		}
		return
	}
	below, beams := belowBeam(id.name)
	switch {
	case id.claimed != "":
		in.judgeUserCode(fn, e, t)
		t.Reason = "gives itself the name " + id.claimed + ", which is not the one that the linker knows; " + undetermined
	case beams:
		in.judgeBeam(below, fn, e, t)
	case isPureStandard(id.name):
		t.Verdict = Neutral
	case fn.Recv == nil && isStandard(packageOf(id.name)):
		in.judgeUserCode(fn, e, t)
		t.Reason = "calls the standard library's " + id.name + "; " + undetermined
	default:
		in.judgeUserCode(fn, e, t)
	}
}

const undetermined = "guard cannot determine where it writes"

// judgeUserCode finds a transform opaque, and the names of resources in its fields.
func (in *inspection) judgeUserCode(fn *graph.Fn, e *graph.MultiEdge, t *Transform) {
	t.Verdict, t.UserCode, t.Mentions = Opaque, []string{t.Identity}, mentions(fn.Recv)
	t.Reason = "your own code, with " + outputs(len(e.Output)) + "; " + undetermined
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
		t.refuse(overwrites(reason), "use the connector's sharded form, which puts window and pane into the name: "+
			"textio.WriteSharded(s, "+created("Object", d.Name, "gs://BUCKET/PREFIX")+", col)")
	default:
		t.Verdict, t.Kind, t.Key, t.AdditionalKeys = Protected, d.Kind, d.Key, d.AdditionalKeys
	}
}

// overwrites says why a transform that writes one fixed name is refused for a partial input.
func overwrites(partial string) string {
	return "writes one fixed name, but got " + partial + ": each pane would overwrite the one before"
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
func (in *inspection) judgeBeam(below string, fn *graph.Fn, e *graph.MultiEdge, t *Transform) {
	v := valuesOf(reflect.ValueOf(fn.Recv))
	row, ok := in.known[below]
	switch {
	case ok:
		row.apply(v, in.inThisProcess(), t)
		if partial := partialInput(e); partial != "" && row.sharded != nil {
			row.judgePartial(partial, v, t)
		}
	case isPure(packageOf(below)):
		t.Verdict = Neutral
	default:
		unknownConnector().apply(v, in.inThisProcess(), t)
	}
	if t.UserCode = append(t.UserCode, calls(fn)...); len(t.UserCode) > 0 && t.Verdict == Neutral {
		t.Verdict, t.Reason = Opaque, "calls your own code "+t.UserCode[0]+"; "+undetermined
	}
}
