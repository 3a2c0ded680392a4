package retryrunner

import (
	"bytes"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
)

// group groups the inputs of an edge by key and window, in the order of the first element of each key.
func group(edge *graph.MultiEdge, inputs [][]element) ([]element, error) {
	var groups []element
	index := map[string]int{}
	windows := exec.MakeWindowEncoder(edge.Input[0].From.WindowingStrategy().Fn.Coder())
	for i, in := range edge.Input {
		pairs := newCodec(in.From)
		key, value := codecOf(in.From.Coder.Components[0]), codecOf(in.From.Coder.Components[1])
		for _, e := range inputs[i] {
			pair, _, err := pairs.decode(e)
			if err != nil {
				return nil, err
			}
			k, err := key.encode(full(pair.Elm))
			if err != nil {
				return nil, err
			}
			v, err := value.encode(full(pair.Elm2))
			if err != nil {
				return nil, err
			}
			v.time, v.window, v.pane = e.time, e.window, e.pane
			for _, w := range e.window {
				id, err := identity(windows, k, w)
				if err != nil {
					return nil, err
				}
				at, ok := index[id]
				if !ok {
					at, index[id] = len(groups), len(groups)
					groups = append(groups, newGroup(k, w, len(edge.Input)))
				}
				groups[at].values[i] = append(groups[at].values[i], v)
			}
		}
	}
	return groups, nil
}

// newGroup returns a group without values, in the only pane of its window.
func newGroup(key element, w typex.Window, inputs int) element {
	key.values, key.time, key.window = make([][]element, inputs), w.MaxTimestamp(), []typex.Window{w}
	key.pane = typex.PaneInfo{Timing: typex.PaneOnTime, IsFirst: true, IsLast: true}
	return key
}

func identity(windows exec.WindowEncoder, key element, w typex.Window) (string, error) {
	id := bytes.NewBuffer(bytes.Clone(key.data))
	err := windows.Encode([]typex.Window{w}, id)
	return id.String(), err
}

// full returns a value that may be a pair in a form that can be encoded.
func full(v any) *exec.FullValue {
	if pair, ok := v.(*exec.FullValue); ok {
		return pair
	}
	return &exec.FullValue{Elm: v}
}
