package sql

import (
	"math/big"
	"strings"
)

func (b *binder) prefix(u *prefix) (compiled, error) {
	if u.op == "NOT" {
		x, err := b.condition(u.x, "The operand of NOT")
		return strict(scalar(Bool), func(v []Value) (Value, error) { return !v[0].(bool), nil }, x), err
	}
	x, err := b.expr(u.x)
	if err != nil {
		return x, err
	}
	if !x.typ.isNumeric() && !x.typ.isNull() {
		return x, b.noOperator(u, u.op, x)
	}
	if u.op == "+" {
		return x, nil
	}
	return strict(x.typ, negate, x), nil
}

func negate(v []Value) (Value, error) {
	switch x := v[0].(type) {
	case int64:
		n, ok := subInt(0, x)
		if !ok {
			return nil, fault("int64 overflow: -")
		}
		return n, nil
	case float64:
		return -x, nil
	case *big.Rat:
		return new(big.Rat).Neg(x), nil
	}
	return nil, nil
}

// strict makes an expression that is NULL as soon as one of its operands is.
func strict(t Type, do func([]Value) (Value, error), operands ...compiled) compiled {
	return compiled{typ: t, eval: func(row []Value) (Value, error) {
		var few [3]Value
		values := few[:0]
		for _, o := range operands {
			v, err := o.eval(row)
			if err != nil || v == nil {
				return nil, err
			}
			values = append(values, v)
		}
		return do(values)
	}}
}

func (b *binder) noOperator(e expr, op string, operands ...compiled) error {
	types := make([]string, len(operands))
	for i, o := range operands {
		types[i] = o.typ.String()
	}
	return b.fault(e, "No matching signature for operator "+op+" for argument types: "+strings.Join(types, ", "))
}

func (b *binder) infix(x *infix) (compiled, error) {
	if x.op == "AND" || x.op == "OR" {
		return b.logic(x)
	}
	operands, err := b.exprs([]expr{x.l, x.r})
	if err != nil {
		return compiled{}, err
	}
	t, both, ok := unify(operands)
	if !ok {
		return compiled{}, b.noOperator(x, x.op, operands...)
	}
	switch x.op {
	case "=", "!=", "<", "<=", ">", ">=":
		if t.orderable() {
			return comparison(x.op, both[0], both[1]), nil
		}
	default:
		if t.isNumeric() || t.isNull() {
			return arithmetic(x.op, t, both), nil
		}
	}
	return compiled{}, b.noOperator(x, x.op, operands...)
}

// logic follows SQL's three values: NULL decides nothing.
func (b *binder) logic(x *infix) (compiled, error) {
	l, err := b.condition(x.l, "An operand of "+x.op)
	if err != nil {
		return l, err
	}
	r, err := b.condition(x.r, "An operand of "+x.op)
	decisive := x.op == "OR"
	return compiled{typ: scalar(Bool), eval: func(row []Value) (Value, error) {
		a, err := l.eval(row)
		if err != nil || a == decisive {
			return a, err
		}
		b, err := r.eval(row)
		if err != nil || b == decisive || a != nil {
			return b, err
		}
		return nil, nil
	}}, err
}

func comparison(op string, l, r compiled) compiled {
	return strict(scalar(Bool), func(v []Value) (Value, error) {
		if isNaN(v[0]) || isNaN(v[1]) {
			return op == "!=", nil
		}
		return holds(op, compare(v[0], v[1])), nil
	}, l, r)
}

func holds(op string, order int) bool {
	switch op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// arithmetic computes in the type of the operands; division of integers gives a float.
func arithmetic(op string, t Type, operands []compiled) compiled {
	if op == "/" && t.is(Int64) {
		t = scalar(Float64)
		for i, o := range operands {
			operands[i] = castTo(o, Float64)
		}
	}
	return strict(t, func(v []Value) (Value, error) {
		switch x := v[0].(type) {
		case int64:
			return intArithmetic(op, x, v[1].(int64))
		case float64:
			return floatArithmetic(op, x, v[1].(float64))
		case *big.Rat:
			return ratArithmetic(op, x, v[1].(*big.Rat), t.Kind)
		}
		return nil, nil
	}, operands...)
}

func intArithmetic(op string, x, y int64) (Value, error) {
	do := mulInt
	switch op {
	case "+":
		do = addInt
	case "-":
		do = subInt
	}
	n, ok := do(x, y)
	if !ok {
		return nil, fault("int64 overflow: " + op)
	}
	return n, nil
}

func floatArithmetic(op string, x, y float64) (Value, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	}
	if y == 0 {
		return nil, fault("division by zero")
	}
	return x / y, nil
}

func ratArithmetic(op string, x, y *big.Rat, k Kind) (Value, error) {
	r := new(big.Rat)
	switch op {
	case "+":
		r.Add(x, y)
	case "-":
		r.Sub(x, y)
	case "*":
		r.Mul(x, y)
	default:
		if y.Sign() == 0 {
			return nil, fault("division by zero")
		}
		r.Quo(x, y)
	}
	return fit(r, k)
}
