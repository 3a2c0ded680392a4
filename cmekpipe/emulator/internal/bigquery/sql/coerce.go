package sql

import (
	"reflect"
)

// common returns the type that two expressions are both converted to without a CAST.
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
	case coerces(l, b):
		return b, true
	case coerces(r, a):
		return a, true
	case a.isNumeric() && b.isNumeric():
		if rank(a.Kind) > rank(b.Kind) {
			return a, true
		}
		return b, true
	}
	return a, false
}

// coerces reports whether a literal is converted to a type that other values of its kind are not converted to.
func coerces(c compiled, t Type) bool {
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

// converted returns c as a value of type t. It reports false when that needs a CAST.
func converted(c compiled, t Type) (compiled, bool) {
	switch {
	case reflect.DeepEqual(c.typ, t):
		return c, true
	case c.typ.isNull():
		c.typ = t
		return c, true
	case c.typ.Array || t.Array:
		return c, false
	case coerces(c, t), c.typ.isNumeric() && t.isNumeric() && rank(c.typ.Kind) < rank(t.Kind):
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
