package condition

import (
	"fmt"
	"strconv"
	"time"
)

// Unsupported is the name of something that this package can't evaluate.
type Unsupported string

// Error returns a text with the name.
func (u Unsupported) Error() string {
	return "the loopback cloud evaluates no " + string(u) + " in conditions"
}

// ErrUnknown means that the result depends on an attribute that is not known.
const ErrUnknown = unknown("an attribute of the condition is not known")

type unknown string

func (u unknown) Error() string { return string(u) }

// Attributes are what is known of a request. A zero field is not known.
type Attributes struct {
	Name, Type, Service string // of the resource
	Time                time.Time
}

// Condition is a parsed condition. Use [Parse].
type Condition struct{ root node }

// Holds evaluates the condition.
func (c *Condition) Holds(a Attributes) (bool, error) {
	value, err := c.root.eval(a)
	if err != nil {
		return false, err
	}
	return value.(bool), nil
}

// Parse parses an expression and checks the types in it.
func Parse(source string) (*Condition, error) {
	all, err := tokens(source)
	if err != nil {
		return nil, err
	}
	p := &parser{rest: all}
	root, err := p.or()
	switch {
	case err != nil:
		return nil, err
	case p.rest[0].kind != end:
		return nil, fmt.Errorf("got %q after the end of the condition", p.rest[0].value)
	case root.typ != boolean:
		return nil, fmt.Errorf("got a condition of type %s, want bool", root.typ)
	}
	return &Condition{root}, nil
}

// typ is the type of a value.
type typ string

const (
	boolean  typ = "bool"
	str      typ = "string"
	integer  typ = "int"
	instant  typ = "timestamp"
	duration typ = "duration"
)

// node is a part of an expression. Its value has the Go type bool, string, int64, time.Time or time.Duration.
type node struct {
	typ  typ
	eval func(Attributes) (any, error)
}

func constant(t typ, value any) node {
	return node{t, func(Attributes) (any, error) { return value, nil }}
}

// known returns an attribute that is known if it is not the zero value.
func known[T comparable](t typ, read func(Attributes) T) node {
	return node{t, func(a Attributes) (any, error) {
		var zero T
		value := read(a)
		if value == zero {
			return nil, ErrUnknown
		}
		return value, nil
	}}
}

func attribute(path string) (node, error) {
	switch path {
	case "resource.name":
		return known(str, func(a Attributes) string { return a.Name }), nil
	case "resource.type":
		return known(str, func(a Attributes) string { return a.Type }), nil
	case "resource.service":
		return known(str, func(a Attributes) string { return a.Service }), nil
	case "request.time":
		return known(instant, func(a Attributes) time.Time { return a.Time }), nil
	}
	return node{}, Unsupported("attribute " + path)
}

// apply returns a node whose value is computed from those of others.
func apply(t typ, args []node, f func([]any) (any, error)) node {
	return node{t, func(a Attributes) (any, error) {
		values := make([]any, len(args))
		for i, arg := range args {
			var err error
			if values[i], err = arg.eval(a); err != nil {
				return nil, err
			}
		}
		return f(values)
	}}
}

// logical returns x && y, where decisive is false, or x || y. A decisive operand decides although the other is not known.
func logical(x, y node, decisive bool) node {
	return node{boolean, func(a Attributes) (any, error) {
		left, leftErr := x.eval(a)
		right, rightErr := y.eval(a)
		switch {
		case leftErr == nil && left.(bool) == decisive, rightErr == nil && right.(bool) == decisive:
			return decisive, nil
		case leftErr != nil:
			return nil, leftErr
		case rightErr != nil:
			return nil, rightErr
		}
		return !decisive, nil
	}}
}

func integerConstant(digits string) (node, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return node{}, fmt.Errorf("got the number %s, want one of 64 bits", digits)
	}
	return constant(integer, n), nil
}
