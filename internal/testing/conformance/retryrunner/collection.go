package retryrunner

import (
	"bytes"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/coder"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
)

// element is an encoded value of a collection, so that each reader gets its own copy.
type element struct {
	data   []byte // the value, or the key of a group
	values [][]element
	time   typex.EventTime
	window []typex.Window
	pane   typex.PaneInfo
}

// codec encodes and decodes the values of a collection.
type codec struct {
	encoder exec.ElementEncoder
	decoder exec.ElementDecoder
	values  []codec // of the inputs of a group
}

func newCodec(n *graph.Node) codec { return codecOf(n.Coder) }

func codecOf(c *coder.Coder) codec {
	if c.Kind != coder.CoGBK {
		return codec{encoder: exec.MakeElementEncoder(c), decoder: exec.MakeElementDecoder(c)}
	}
	group := codecOf(c.Components[0])
	for _, v := range c.Components[1:] {
		group.values = append(group.values, codecOf(v))
	}
	return group
}

func (c codec) encode(v *exec.FullValue) (element, error) {
	var data bytes.Buffer
	err := c.encoder.Encode(v, &data)
	return element{data: data.Bytes(), time: v.Timestamp, window: v.Windows, pane: v.Pane}, err
}

func (c codec) decode(e element) (*exec.FullValue, []exec.ReStream, error) {
	v, err := c.decoder.Decode(bytes.NewReader(e.data))
	if err != nil {
		return nil, nil, err
	}
	v.Timestamp, v.Windows, v.Pane = e.time, e.window, e.pane
	var values []exec.ReStream
	for i, list := range e.values {
		values = append(values, stream{c.values[i], list})
	}
	return v, values, nil
}

// stream decodes elements for each reader.
type stream struct {
	codec    codec
	elements []element
}

// Open begins at the first element.
func (s stream) Open() (exec.Stream, error) { return &reader{stream: s}, nil }

type reader struct {
	stream
	next int
}

// Read returns the next element.
func (r *reader) Read() (*exec.FullValue, error) {
	if r.next == len(r.elements) {
		return nil, io.EOF
	}
	v, _, err := r.codec.decode(r.elements[r.next])
	r.next++
	return v, err
}

// Close does nothing.
func (r *reader) Close() error { return nil }

// side is a collection that is a side input.
type side struct {
	stream
	key    exec.ElementEncoder // of a collection of pairs
	value  codec
	global bool
}

func newSide(n *graph.Node, elements []element) side {
	s := side{stream: stream{newCodec(n), elements}, global: isGlobal(n)}
	if coder.IsKV(n.Coder) {
		s.key, s.value = exec.MakeElementEncoder(n.Coder.Components[0]), codecOf(n.Coder.Components[1])
	}
	return s
}

// in returns the elements for a reader in a window.
func (s side) in(w typex.Window) []element {
	if s.global {
		return s.elements
	}
	var seen []element
	for _, e := range s.elements {
		for _, own := range e.window {
			if own.Equals(w) {
				seen = append(seen, e)
			}
		}
	}
	return seen
}
