package retryrunner

import (
	"fmt"
	"slices"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
)

// worker holds the DoFns of a step as a worker's process does, from bundle to bundle.
type worker struct {
	plan       *exec.Plan
	at         *attempt
	failPoints int
}

// builder creates a worker.
type builder struct {
	step   *step
	keep   func(*graph.Node) bool // whether another step reads it
	sides  func(*graph.Node) []element
	worker *worker
	ids    exec.GenID
	units  []exec.Unit
}

func (b *builder) unit() unit { return unit{b.ids.New(), &b.worker.at} }

func (b *builder) build() (*worker, error) {
	b.worker = &worker{}
	out, err := b.node(b.step.root)
	if err != nil {
		return nil, err
	}
	b.units = append(b.units, &source{b.unit(), newCodec(b.step.root), out})
	b.worker.plan, err = exec.NewPlan("step", b.units)
	return b.worker, err
}

// node returns the unit that receives the elements of a collection.
func (b *builder) node(n *graph.Node) (exec.Node, error) {
	var takers []exec.Node
	for _, e := range b.step.edges {
		if e.Input[0].From != n {
			continue
		}
		taker, err := b.edge(e)
		if err != nil {
			return nil, err
		}
		takers = append(takers, taker)
	}
	if n != b.step.root && b.keep(n) {
		takers = append(takers, b.add(&collector{b.unit(), n.ID(), newCodec(n)}))
	}
	if len(takers) == 0 {
		takers = append(takers, b.add(&exec.Discard{UID: b.ids.New()}))
	}
	out := takers[0]
	if len(takers) > 1 {
		out = b.add(&exec.Multiplex{UID: b.ids.New(), Out: takers})
	}
	b.worker.failPoints++
	return b.add(&failPoint{unit: b.unit(), number: b.worker.failPoints - 1, out: out}), nil
}

func (b *builder) add(n exec.Node) exec.Node {
	b.units = append(b.units, n)
	return n
}

// edge returns the unit that runs an edge, whose function was encoded and decoded as for a worker.
func (b *builder) edge(e *graph.MultiEdge) (exec.Node, error) {
	var outs []exec.Node
	for _, o := range e.Output {
		out, err := b.node(o.To)
		if err != nil {
			return nil, err
		}
		outs = append(outs, out)
	}
	encoded, err := graphx.EncodeMultiEdge(e)
	if err != nil {
		return nil, fmt.Errorf("retryrunner: %s: %w", e.Name(), err)
	}
	_, fn, windows, in, _, err := graphx.DecodeMultiEdge(encoded)
	if err != nil {
		return nil, fmt.Errorf("retryrunner: %s: %w", e.Name(), err)
	}
	name := fmt.Sprintf("%s-%d", e.Name(), e.ID())
	switch e.Op {
	case graph.WindowInto:
		return b.add(&exec.WindowInto{UID: b.ids.New(), Fn: windows, Out: outs[0]}), nil
	case graph.Combine:
		combine, err := graph.AsCombineFn(fn)
		if err != nil {
			return nil, err
		}
		return b.add(&exec.Combine{UID: b.ids.New(), Fn: combine, UsesKey: typex.IsKV(in[0].Type), Out: outs[0], PID: name}), nil
	}
	dofn, err := graph.AsDoFn(fn, graph.MainUnknown)
	if err != nil {
		return nil, err
	}
	pardo := &exec.ParDo{UID: b.ids.New(), Fn: dofn, Inbound: in, Out: outs, PID: name}
	for _, in := range e.Input[1:] {
		pardo.Side = append(pardo.Side, newSide(in.From, b.sides(in.From)))
	}
	return b.add(pardo), nil
}

// read reports whether a step reads a collection as a whole.
func read(steps []*step, n *graph.Node) bool {
	return slices.ContainsFunc(steps, func(s *step) bool { return s.reads(n) })
}
