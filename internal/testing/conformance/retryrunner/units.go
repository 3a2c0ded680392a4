package retryrunner

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/exec"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
)

// plannedError ends an attempt that was planned to fail.
type plannedError struct{}

// Error returns the error's text.
func (plannedError) Error() string { return "retryrunner: this attempt was planned to fail" }

// attempt is the state that the units of a plan share while it runs a bundle.
type attempt struct {
	name   string
	bundle []element
	output map[int][]element // by collection
	failAt int               // number of the failPoint that ends the attempt, or -1
	after  int               // elements that pass it before it ends the attempt, at the latest at the end of the bundle
}

// unit has the methods that all units of this package share.
type unit struct {
	id exec.UnitID
	at **attempt
}

// ID returns the unit's id.
func (u *unit) ID() exec.UnitID { return u.id }

// Up does nothing.
func (u *unit) Up(context.Context) error { return nil }

// Down does nothing.
func (u *unit) Down(context.Context) error { return nil }

// source reads a bundle.
type source struct {
	unit
	codec codec
	out   exec.Node
}

// StartBundle passes the call on.
func (s *source) StartBundle(ctx context.Context, id string, data exec.DataContext) error {
	return s.out.StartBundle(ctx, id, data)
}

// Process emits the bundle.
func (s *source) Process(ctx context.Context) ([]*exec.Checkpoint, error) {
	for _, e := range (*s.at).bundle {
		v, values, err := s.codec.decode(e)
		if err != nil {
			return nil, fmt.Errorf("retryrunner: read an element: %w", err)
		}
		if err := s.out.ProcessElement(ctx, v, values...); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// FinishBundle passes the call on.
func (s *source) FinishBundle(ctx context.Context) error { return s.out.FinishBundle(ctx) }

// failPoint passes elements on, and ends an attempt that is planned to fail there.
type failPoint struct {
	unit
	number, passed int
	out            exec.Node
}

// StartBundle passes the call on.
func (w *failPoint) StartBundle(ctx context.Context, id string, data exec.DataContext) error {
	w.passed = 0
	return w.out.StartBundle(ctx, id, data)
}

// ProcessElement passes an element on, and then ends the attempt if that is planned.
func (w *failPoint) ProcessElement(ctx context.Context, v *exec.FullValue, values ...exec.ReStream) error {
	if err := w.out.ProcessElement(ctx, v, values...); err != nil {
		return err
	}
	w.passed++
	if at := *w.at; at.failAt == w.number && at.after == w.passed {
		return plannedError{}
	}
	return nil
}

// FinishBundle ends the attempt, if that is planned, before later units finish and after earlier ones did.
func (w *failPoint) FinishBundle(ctx context.Context) error {
	if (*w.at).failAt == w.number {
		return plannedError{}
	}
	return w.out.FinishBundle(ctx)
}

// collector stores the elements for other stages.
type collector struct {
	unit
	node  int
	codec codec
}

// StartBundle does nothing.
func (c *collector) StartBundle(context.Context, string, exec.DataContext) error { return nil }

// ProcessElement stores an element.
func (c *collector) ProcessElement(_ context.Context, v *exec.FullValue, values ...exec.ReStream) error {
	if len(values) > 0 {
		return errors.New("retryrunner: a group can't leave its stage")
	}
	e, err := c.codec.encode(v)
	if err != nil {
		return fmt.Errorf("retryrunner: write an element: %w", err)
	}
	at := *c.at
	at.output[c.node] = append(at.output[c.node], e)
	return nil
}

// FinishBundle does nothing.
func (c *collector) FinishBundle(context.Context) error { return nil }

// NewIterable reads the side input in a window.
func (s side) NewIterable(_ context.Context, _ exec.StateReader, w typex.Window) (exec.ReStream, error) {
	return stream{s.codec, s.in(w)}, nil
}

// NewKeyedIterable reads the values of a key in a window.
func (s side) NewKeyedIterable(_ context.Context, _ exec.StateReader, w typex.Window, key any) (exec.ReStream, error) {
	want, err := exec.EncodeElement(s.key, key)
	if err != nil {
		return nil, err
	}
	values := stream{codec: s.value}
	for _, e := range s.in(w) {
		pair, _, err := s.codec.decode(e)
		if err != nil {
			return nil, err
		}
		got, err := exec.EncodeElement(s.key, pair.Elm)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(got, want) {
			continue
		}
		v, err := s.value.encode(full(pair.Elm2))
		if err != nil {
			return nil, err
		}
		values.elements = append(values.elements, v)
	}
	return values, nil
}
