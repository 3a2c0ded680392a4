package sql

import (
	"strings"
)

// compiled is an expression with its type. Eval computes it from the values of a row.
type compiled struct {
	typ     Type
	eval    func(row []Value) (Value, error)
	literal bool // a literal or parameter, which is converted to the type that its context requires
}

func constant(t Type, v Value) compiled {
	return compiled{typ: t, eval: func([]Value) (Value, error) { return v, nil }, literal: true}
}

func slotOf(index int, t Type) compiled {
	return compiled{typ: t, eval: func(row []Value) (Value, error) { return row[index], nil }}
}

// slot is an expression that stands for a column by its place; stars become slots.
type slot struct {
	at
	index int
	name  string
}

// binder compiles expressions over the columns of a scope.
type binder struct {
	*builder
	scope   scope
	aliases map[string]expr // names from the SELECT list, in lower case, where they may be used
	group   *grouping       // not nil where the row is one of groups
}

func (b *binder) expr(e expr) (compiled, error) {
	if b.group != nil {
		if c, ok, err := b.group.expr(b, e); ok || err != nil {
			return c, err
		}
	}
	switch x := e.(type) {
	case *literal:
		return constant(x.typ, x.value), nil
	case *slot:
		return slotOf(x.index, b.scope[x.index].Type), nil
	case *column:
		return b.column(x)
	case *access:
		of, err := b.expr(x.of)
		if err != nil {
			return of, err
		}
		return b.field(of, x.name, x)
	case *param:
		return b.param(x)
	case *prefix:
		return b.prefix(x)
	case *infix:
		return b.infix(x)
	case *isTest:
		return b.isTest(x)
	case *inList:
		return b.in(x)
	case *between:
		return b.between(x)
	case *cast:
		return b.cast(x)
	case *call:
		return compiled{}, b.fault(x, "Aggregate function "+x.name+" not allowed here")
	}
	return compiled{}, unsupported("this expression")
}

func (b *binder) exprs(list []expr) ([]compiled, error) {
	all := make([]compiled, len(list))
	for i, e := range list {
		c, err := b.expr(e)
		if err != nil {
			return nil, err
		}
		all[i] = c
	}
	return all, nil
}

// condition compiles a BOOL; clause names it in errors.
func (b *binder) condition(e expr, clause string) (compiled, error) {
	c, err := b.expr(e)
	if err != nil {
		return c, err
	}
	if c.typ.isNull() {
		c.typ = scalar(Bool)
	}
	if !c.typ.is(Bool) {
		return c, b.fault(e, clause+" should return type BOOL, but returns type "+c.typ.String())
	}
	return c, nil
}

func (b *binder) fault(e expr, message string) error {
	return fault(message + " at " + place(b.text, e.position()))
}

func (b *binder) column(c *column) (compiled, error) {
	if alias, ok := b.aliases[strings.ToLower(c.path[0])]; ok {
		return b.alias(alias, c)
	}
	i, rest := b.scope.resolve(c.path)
	switch {
	case i == -2:
		return compiled{}, b.fault(c, "Column name "+c.path[0]+" is ambiguous")
	case i < 0 && b.scope.hasTable(c.path[0]) && len(c.path) == 1:
		return compiled{}, unsupported("tables as values")
	case i < 0 && len(c.path) > 1 && b.scope.hasTable(c.path[0]):
		return compiled{}, b.fault(c, "Name "+c.path[1]+" not found inside "+c.path[0])
	case i < 0:
		return compiled{}, b.fault(c, "Unrecognized name: "+c.path[0])
	}
	if b.group != nil {
		return compiled{}, b.fault(c, "An expression references column "+b.scope[i].Name+
			" which is neither grouped nor aggregated")
	}
	return b.path(slotOf(i, b.scope[i].Type), rest, c)
}

// alias compiles what a name from the SELECT list stands for, with the fields of it that the path goes on to.
func (b *binder) alias(of expr, c *column) (compiled, error) {
	plain := *b
	plain.aliases = nil
	x, err := plain.expr(of)
	if err != nil {
		return x, err
	}
	return b.path(x, c.path[1:], c)
}

func (b *binder) path(x compiled, names []string, e expr) (compiled, error) {
	for _, name := range names {
		var err error
		if x, err = b.field(x, name, e); err != nil {
			return x, err
		}
	}
	return x, nil
}

func (b *binder) field(of compiled, name string, e expr) (compiled, error) {
	if of.typ.Kind != Struct || of.typ.Array {
		return of, b.fault(e, "Cannot access field "+name+" on a value with type "+of.typ.String())
	}
	i := scopeOf("", of.typ.Fields).find("", name)
	if i < 0 {
		return of, b.fault(e, "Field name "+name+" does not exist in "+of.typ.String())
	}
	return compiled{typ: of.typ.Fields[i].Type, eval: func(row []Value) (Value, error) {
		v, err := of.eval(row)
		if v == nil || err != nil {
			return nil, err
		}
		return v.([]Value)[i], nil
	}}, nil
}

func (b *binder) param(p *param) (compiled, error) {
	for i, given := range b.session.Parameters {
		if p.name != "" && strings.EqualFold(given.Name, p.name) || p.name == "" && given.Name == "" && i+1 == p.index {
			return constant(given.Type, given.Value), nil
		}
	}
	if p.name == "" {
		return compiled{}, b.fault(p, "Query parameter number "+ordinal(p.index-1)+" is not given")
	}
	return compiled{}, b.fault(p, "Query parameter '"+p.name+"' not found")
}
