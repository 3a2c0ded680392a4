package sql

import (
	"math/big"
)

// isAggregate reports whether a function computes one value of many rows.
func isAggregate(name string) bool {
	switch name {
	case "COUNT", "SUM", "AVG", "MIN", "MAX":
		return true
	}
	return false
}

// aggregate is one call of such a function in a query.
type aggregate struct {
	name string
	arg  *compiled // nil for COUNT(*), which counts all rows
	typ  Type
}

// aggregate compiles a call over the rows of a group.
func (b *binder) aggregate(x *call) (aggregate, error) {
	a := aggregate{name: x.name, typ: scalar(Int64)}
	if x.arg == nil {
		if x.name != "COUNT" {
			return a, b.fault(x, "Argument * can only be used in COUNT(*)")
		}
		return a, nil
	}
	arg, err := b.expr(x.arg)
	if err != nil {
		return a, err
	}
	t, ok := arg.typ, true
	switch x.name {
	case "MIN", "MAX":
		a.typ, ok = t, t.orderable()
	case "SUM":
		a.typ, ok = t, t.isNumeric()
	case "AVG":
		if a.typ, ok = t, t.isNumeric(); t.is(Int64) {
			a.typ, arg = scalar(Float64), castTo(arg, Float64)
		}
	}
	if !ok {
		return a, b.fault(x, "No matching signature for aggregate function "+x.name+" for argument types: "+t.String())
	}
	a.arg = &arg
	return a, nil
}

// state is an aggregate while it collects the rows of a group.
type state struct {
	*aggregate
	count int64
	value Value
}

func (s *state) add(row []Value) error {
	if s.arg == nil {
		s.count++
		return nil
	}
	v, err := s.arg.eval(row)
	if err != nil || v == nil {
		return err
	}
	s.count++
	return s.fold(v)
}

func (s *state) fold(v Value) error {
	switch {
	case s.name == "COUNT":
	case s.value == nil:
		s.value = v
	case s.name == "MIN" && compare(v, s.value) < 0, s.name == "MAX" && compare(v, s.value) > 0:
		s.value = v
	case s.name == "SUM" || s.name == "AVG":
		sum, err := plus(s.value, v, s.typ.Kind)
		s.value = sum
		return err
	}
	return nil
}

func plus(a, b Value, k Kind) (Value, error) {
	switch x := a.(type) {
	case int64:
		return intArithmetic("+", x, b.(int64))
	case float64:
		return x + b.(float64), nil
	}
	return ratArithmetic("+", a.(*big.Rat), b.(*big.Rat), k)
}

func (s *state) result() (Value, error) {
	switch {
	case s.name == "COUNT":
		return s.count, nil
	case s.value == nil || s.name != "AVG":
		return s.value, nil
	}
	if f, ok := s.value.(float64); ok {
		return f / float64(s.count), nil
	}
	return ratArithmetic("/", s.value.(*big.Rat), new(big.Rat).SetInt64(s.count), s.typ.Kind)
}
