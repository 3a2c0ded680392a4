package sql

import (
	"slices"
	"strings"
	"time"
)

// Functions names the functions that are executed, in capitals; aggregates are apart.
func Functions() []string {
	return []string{
		"ABS", "CEIL", "CEILING", "CHAR_LENGTH", "COALESCE", "CONCAT", "CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME",
		"CURRENT_TIMESTAMP", "DATE", "DATETIME", "ENDS_WITH", "FLOOR", "IF", "IFNULL", "LENGTH", "LOWER", "MOD", "NULLIF",
		"ROUND", "STARTS_WITH", "SUBSTR", "TIMESTAMP", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS", "TIMESTAMP_SECONDS", "TRIM",
		"UNIX_MICROS", "UNIX_MILLIS", "UNIX_SECONDS", "UPPER",
	}
}

// call compiles a function's call. The functions are grouped by what they take.
func (b *binder) call(x *call) (compiled, error) {
	if isAggregate(x.name) {
		return compiled{}, b.fault(x, "Aggregate function "+x.name+" not allowed here")
	}
	if x.star || x.distinct {
		return compiled{}, unsupported("DISTINCT or * in a call of " + x.name)
	}
	args, err := b.exprs(x.args)
	if err != nil {
		return compiled{}, err
	}
	for _, group := range []func(*binder, string, []compiled) (compiled, bool){
		(*binder).clock, (*binder).choice, (*binder).textCall, (*binder).numberCall, (*binder).timeCall,
	} {
		if c, ok := group(b, x.name, args); ok {
			return c, nil
		}
	}
	if slices.Contains(Functions(), x.name) {
		return compiled{}, b.noFunction(x, args)
	}
	return compiled{}, unsupported("the function " + x.name)
}

func (b *binder) noFunction(x *call, args []compiled) error {
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = a.typ.String()
	}
	return b.fault(x, "No matching signature for function "+x.name+" for argument types: "+strings.Join(types, ", "))
}

// clock has the functions that ask for the time, which is UTC.
func (b *binder) clock(name string, args []compiled) (compiled, bool) {
	kind, ok := strings.CutPrefix(name, "CURRENT_")
	if !ok || len(args) > 0 {
		return compiled{}, false
	}
	k, ok := kindNamed(kind)
	c := constant(scalar(k), castTime(b.session.Now.UTC().Truncate(time.Microsecond), k))
	c.literal = false
	return c, ok
}

// choice has the functions that give one of their arguments.
func (b *binder) choice(name string, args []compiled) (compiled, bool) {
	switch {
	case name == "IF" && len(args) == 3 && (args[0].typ.is(Bool) || args[0].typ.isNull()):
		t, same, ok := unify(args[1:])
		return choose(t, args[:1], same), ok
	case name == "COALESCE" && len(args) > 0, name == "IFNULL" && len(args) == 2:
		t, same, ok := unify(args)
		tests := make([]compiled, len(same))
		for i, c := range same {
			tests[i] = compiled{eval: func(row []Value) (Value, error) {
				v, err := c.eval(row)
				return v != nil, err
			}}
		}
		return choose(t, tests, same), ok
	case name == "NULLIF" && len(args) == 2:
		t, same, ok := unify(args)
		if !ok || !t.orderable() {
			return compiled{}, false
		}
		null := compiled{eval: func([]Value) (Value, error) { return nil, nil }}
		return choose(t, []compiled{comparison("=", same[0], same[1])}, []compiled{null, same[0]}), true
	}
	return compiled{}, false
}
