package sql

import (
	"math/big"
)

// isAggregate reports whether a function computes one value of many rows.
func isAggregate(name string) bool {
	switch name {
	case "COUNT", "COUNTIF", "SUM", "AVG", "MIN", "MAX", "ANY_VALUE":
		return true
	}
	return false
}

// aggregate is one call of such a function in a query.
type aggregate struct {
	name     string
	arg      compiled // unless all rows count
	star     bool
	distinct bool
	typ      Type
}

// aggregate compiles a call over the rows of a group.
func (b *binder) aggregate(x *call) (aggregate, error) {
	a := aggregate{name: x.name, star: x.star, distinct: x.distinct, typ: scalar(Int64)}
	if x.star {
		if x.name != "COUNT" || x.distinct {
			return a, b.fault(x, "Argument * can only be used in COUNT(*)")
		}
		return a, nil
	}
	args, err := b.exprs(x.args)
	if err != nil {
		return a, err
	}
	if len(args) != 1 {
		return a, b.noFunction(x, args)
	}
	a.arg = args[0]
	t, ok := a.arg.typ, false
	switch x.name {
	case "COUNT":
		ok = !x.distinct || t.orderable()
	case "COUNTIF":
		ok = t.is(Bool) && !x.distinct
	case "MIN", "MAX":
		a.typ, ok = t, t.orderable()
	case "ANY_VALUE":
		a.typ, ok = t, !x.distinct
	case "SUM":
		a.typ, ok = t, t.isNumeric()
	case "AVG":
		if a.typ, ok = t, t.isNumeric(); t.is(Int64) {
			a.typ, a.arg = scalar(Float64), castTo(a.arg, Float64, false)
		}
	}
	if !ok {
		return a, b.noFunction(x, args)
	}
	return a, nil
}

// state is an aggregate on its way through the rows of a group.
type state struct {
	*aggregate
	count int64
	value Value
	seen  map[string]bool // of DISTINCT
}

func (s *state) add(row []Value) error {
	if s.star {
		s.count++
		return nil
	}
	v, err := s.arg.eval(row)
	if err != nil || v == nil {
		return err
	}
	if s.distinct {
		if s.seen == nil {
			s.seen = make(map[string]bool)
		}
		key := string(appendKey(nil, v))
		if s.seen[key] {
			return nil
		}
		s.seen[key] = true
	}
	if s.name == "COUNTIF" && v != true {
		return nil
	}
	s.count++
	return s.fold(v)
}

func (s *state) fold(v Value) error {
	switch {
	case s.name == "COUNT" || s.name == "COUNTIF":
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
	case s.name == "COUNT" || s.name == "COUNTIF":
		return s.count, nil
	case s.value == nil || s.name != "AVG":
		return s.value, nil
	}
	if f, ok := s.value.(float64); ok {
		return f / float64(s.count), nil
	}
	return ratArithmetic("/", s.value.(*big.Rat), new(big.Rat).SetInt64(s.count), s.typ.Kind)
}
