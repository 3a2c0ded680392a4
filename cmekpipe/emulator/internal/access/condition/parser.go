package condition

import (
	"fmt"
	"strings"
)

// parser reads an expression from the operators that bind least to those that bind most.
type parser struct{ rest []token }

// accept reads a token if it is one of the operators.
func (p *parser) accept(operators ...string) (string, bool) {
	for _, op := range operators {
		if t := p.rest[0]; (t.kind == operator || t.kind == name) && t.value == op {
			p.rest = p.rest[1:]
			return op, true
		}
	}
	return "", false
}

func (p *parser) want(op string) error {
	if _, ok := p.accept(op); !ok {
		return fmt.Errorf("got %q in the condition, want %s", p.rest[0].value, op)
	}
	return nil
}

func (p *parser) or() (node, error) { return p.chain("||", true, p.and) }

func (p *parser) and() (node, error) { return p.chain("&&", false, p.relation) }

// chain reads operands with a logical operator between them.
func (p *parser) chain(op string, decisive bool, operand func() (node, error)) (node, error) {
	x, err := operand()
	if err != nil {
		return x, err
	}
	for {
		if _, ok := p.accept(op); !ok {
			return x, nil
		}
		y, err := operand()
		if err != nil {
			return y, err
		}
		if x.typ != boolean || y.typ != boolean {
			return x, fmt.Errorf("got %s %s %s, want bool", x.typ, op, y.typ)
		}
		x = logical(x, y, decisive)
	}
}

func (p *parser) relation() (node, error) {
	x, err := p.addition()
	if err != nil {
		return x, err
	}
	if _, ok := p.accept("in"); ok {
		return p.list(x)
	}
	op, ok := p.accept("==", "!=", "<=", ">=", "<", ">")
	if !ok {
		return x, nil
	}
	y, err := p.addition()
	if err != nil {
		return y, err
	}
	return compare(x, op, y)
}

// list reads the list of x in [ … ].
func (p *parser) list(x node) (node, error) {
	if err := p.want("["); err != nil {
		return x, err
	}
	items, err := p.arguments("]")
	found := constant(boolean, false)
	for _, item := range items {
		equal, err := compare(x, "==", item)
		if err != nil {
			return x, err
		}
		found = logical(found, equal, true)
	}
	return found, err
}

func (p *parser) addition() (node, error) {
	x, err := p.unary()
	for err == nil {
		op, ok := p.accept("+", "-")
		if !ok {
			break
		}
		var y node
		if y, err = p.unary(); err == nil {
			x, err = sum(x, op, y)
		}
	}
	return x, err
}

func (p *parser) unary() (node, error) {
	if _, ok := p.accept("!"); !ok {
		return p.methods()
	}
	x, err := p.unary()
	if err == nil && x.typ != boolean {
		err = fmt.Errorf("got !%s, want bool", x.typ)
	}
	return apply(boolean, []node{x}, func(v []any) (any, error) { return !v[0].(bool), nil }), err
}

// methods reads a value and the methods that are called on it.
func (p *parser) methods() (node, error) {
	x, err := p.primary()
	for err == nil {
		if _, ok := p.accept("."); !ok {
			break
		}
		function := p.rest[0].value
		if p.rest[0].kind != name {
			return x, fmt.Errorf("got %q after a dot, want a name", function)
		}
		p.rest = p.rest[1:]
		if err = p.want("("); err != nil {
			return x, err
		}
		var args []node
		if args, err = p.arguments(")"); err == nil {
			x, err = method(x, function, args)
		}
	}
	return x, err
}

// arguments reads expressions with commas between them up to a closing bracket.
func (p *parser) arguments(closing string) ([]node, error) {
	var args []node
	if _, ok := p.accept(closing); ok {
		return nil, nil
	}
	for {
		x, err := p.or()
		if err != nil {
			return nil, err
		}
		args = append(args, x)
		if _, ok := p.accept(","); !ok {
			return args, p.want(closing)
		}
	}
}

func (p *parser) primary() (node, error) {
	t := p.rest[0]
	if t.kind != end {
		p.rest = p.rest[1:]
	}
	switch {
	case t.kind == text:
		return constant(str, t.value), nil
	case t.kind == number:
		return integerConstant(t.value)
	case t.kind == name && (t.value == "true" || t.value == "false"):
		return constant(boolean, t.value == "true"), nil
	case t.kind == name:
		return p.named(t.value)
	case t.value == "(":
		x, err := p.or()
		if err != nil {
			return x, err
		}
		return x, p.want(")")
	}
	return node{}, fmt.Errorf("got %q in the condition, want a value", t.value)
}

// named reads a function's call or an attribute, whose path ends before a method.
func (p *parser) named(first string) (node, error) {
	if _, ok := p.accept("("); ok {
		args, err := p.arguments(")")
		if err != nil {
			return node{}, err
		}
		return call(first, args)
	}
	path := []string{first}
	for p.rest[0].value == "." && len(p.rest) > 2 && p.rest[1].kind == name && p.rest[2].value != "(" {
		path = append(path, p.rest[1].value)
		p.rest = p.rest[2:]
	}
	if len(path) == 1 && p.rest[0].value == "." && len(p.rest) > 1 { // resource.matchTag(…)
		return node{}, Unsupported("function " + first + "." + p.rest[1].value)
	}
	return attribute(strings.Join(path, "."))
}
