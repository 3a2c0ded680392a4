package sql

import (
	"reflect"
)

// common returns the type that two expressions can both be converted to without being asked to.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#supertypes.
func common(l, r compiled) (Type, bool) {
	a, b := l.typ, r.typ
	switch {
	case a.isNull():
		return b, true
	case b.isNull(), reflect.DeepEqual(a, b):
		return a, true
	case a.Array || b.Array:
		return a, false
	case takes(l, b):
		return b, true
	case takes(r, a):
		return a, true
	case a.isNumeric() && b.isNumeric():
		if rank(a.Kind) > rank(b.Kind) {
			return a, true
		}
		return b, true
	}
	return a, false
}

// takes reports whether a literal takes on a type that its own kind is not converted to.
func takes(c compiled, t Type) bool {
	if !c.literal || t.Array {
		return false
	}
	switch t.Kind {
	case Date, Time, DateTime, Timestamp:
		return c.typ.is(String)
	case Numeric, BigNumeric:
		return c.typ.is(Float64)
	}
	return false
}

// converted returns c as a value of type t. It reports false when c is not converted without being asked to.
func converted(c compiled, t Type) (compiled, bool) {
	switch {
	case reflect.DeepEqual(c.typ, t):
		return c, true
	case c.typ.isNull():
		c.typ = t
		return c, true
	case c.typ.Array || t.Array:
		return c, false
	case takes(c, t), c.typ.isNumeric() && t.isNumeric() && rank(c.typ.Kind) < rank(t.Kind):
		return castTo(c, t.Kind), true
	}
	return c, false
}

// castTo converts between kinds that are castable.
func castTo(c compiled, to Kind) compiled {
	from := c.typ.Kind
	return compiled{typ: scalar(to), literal: c.literal, eval: func(row []Value) (Value, error) {
		v, err := c.eval(row)
		if v == nil || err != nil {
			return nil, err
		}
		return castValue(v, from, to)
	}}
}

// unify converts expressions to the type that all of them have in common.
func unify(list []compiled) (Type, []compiled, bool) {
	all := compiled{}
	for _, c := range list {
		t, ok := common(all, c)
		if !ok {
			return t, nil, false
		}
		all = compiled{typ: t, literal: c.literal && (all.literal || all.typ.isNull())}
	}
	out := make([]compiled, len(list))
	for i, c := range list {
		var ok bool
		if out[i], ok = converted(c, all.typ); !ok {
			return all.typ, nil, false
		}
	}
	return all.typ, out, true
}
