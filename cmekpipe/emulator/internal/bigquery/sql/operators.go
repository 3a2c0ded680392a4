package sql

func (b *binder) isTest(x *isTest) (compiled, error) {
	var c compiled
	var err error
	if x.what == "NULL" {
		c, err = b.expr(x.x)
	} else {
		c, err = b.condition(x.x, "The operand of IS "+x.what)
	}
	return compiled{typ: scalar(Bool), eval: func(row []Value) (Value, error) {
		v, err := c.eval(row)
		if err != nil {
			return nil, err
		}
		is := v == nil
		if x.what != "NULL" {
			is = v == (x.what == "TRUE")
		}
		return is != x.not, nil
	}}, err
}

func (b *binder) in(x *inList) (compiled, error) {
	if x.array != nil {
		return b.inArray(x)
	}
	list, err := b.exprs(append([]expr{x.x}, x.list...))
	if err != nil {
		return compiled{}, err
	}
	t, same, ok := unify(list)
	if !ok || !t.orderable() {
		return compiled{}, b.noOperator(x, "IN", list...)
	}
	return member(same[0], func(row []Value) ([]Value, error) {
		values := make([]Value, len(same)-1)
		for i, c := range same[1:] {
			var err error
			if values[i], err = c.eval(row); err != nil {
				return nil, err
			}
		}
		return values, nil
	}, x.not), nil
}

func (b *binder) inArray(x *inList) (compiled, error) {
	pair, err := b.exprs([]expr{x.x, x.array})
	if err != nil {
		return compiled{}, err
	}
	element := pair[1].typ
	element.Array = false
	one, ok := converted(pair[0], element)
	if !ok || !pair[1].typ.Array || !element.orderable() {
		return compiled{}, b.noOperator(x, "IN UNNEST", pair...)
	}
	return member(one, func(row []Value) ([]Value, error) {
		v, err := pair[1].eval(row)
		values, _ := v.([]Value)
		return values, err
	}, x.not), nil
}

// member tests for a value among others. A NULL among them leaves open whether it is there.
func member(x compiled, values func([]Value) ([]Value, error), not bool) compiled {
	return compiled{typ: scalar(Bool), eval: func(row []Value) (Value, error) {
		v, err := x.eval(row)
		if err != nil || v == nil {
			return nil, err
		}
		list, err := values(row)
		if err != nil {
			return nil, err
		}
		var found Value = not
		for _, other := range list {
			if other == nil {
				found = nil
			} else if !isNaN(v) && compare(v, other) == 0 {
				return !not, nil
			}
		}
		return found, nil
	}}
}

func (b *binder) between(x *between) (compiled, error) {
	list, err := b.exprs([]expr{x.x, x.low, x.high})
	if err != nil {
		return compiled{}, err
	}
	t, same, ok := unify(list)
	if !ok || !t.orderable() {
		return compiled{}, b.noOperator(x, "BETWEEN", list...)
	}
	low, high := comparison(">=", same[0], same[1]), comparison("<=", same[0], same[2])
	return compiled{typ: scalar(Bool), eval: func(row []Value) (Value, error) {
		above, err := low.eval(row)
		if err != nil {
			return nil, err
		}
		below, err := high.eval(row)
		switch {
		case err != nil:
			return nil, err
		case above == false || below == false:
			return x.not, nil
		case above == nil || below == nil:
			return nil, nil
		}
		return !x.not, nil
	}}, nil
}

func (b *binder) cast(x *cast) (compiled, error) {
	c, err := b.expr(x.x)
	if err != nil {
		return c, err
	}
	if c.typ.Array || !castable(c.typ.Kind, x.to.Kind) {
		return c, b.fault(x, "Invalid cast from "+c.typ.String()+" to "+x.to.String())
	}
	c = castTo(c, x.to.Kind)
	c.literal = false
	return c, nil
}
