package sql

import "strings"

func (p *parser) expr() expr {
	if !p.enter() {
		return &literal{}
	}
	defer p.leave()
	return p.or()
}

// chain parses operands with the operators between them, from left to right.
func (p *parser) chain(operand func() expr, ops ...string) expr {
	x := operand()
	for {
		pos := p.peek().pos
		op := p.acceptOne(ops)
		if op == "" {
			return x
		}
		if p.nodes++; p.nodes > maxNodes {
			p.enter() // reports it
			return x
		}
		x = &infix{at(pos), op, x, operand()}
	}
}

func (p *parser) acceptOne(ops []string) string {
	for _, op := range ops {
		if p.accept(op) {
			return op
		}
	}
	return ""
}

func (p *parser) or() expr { return p.chain(p.and, "OR") }

func (p *parser) and() expr { return p.chain(p.not, "AND") }

func (p *parser) not() expr {
	pos := p.peek().pos
	if !p.accept("NOT") {
		return p.comparison()
	}
	if !p.enter() {
		return &literal{}
	}
	defer p.leave()
	return &prefix{at(pos), "NOT", p.not()}
}

func (p *parser) comparison() expr {
	x := p.sum()
	pos := at(p.peek().pos)
	if op := p.acceptOne([]string{"=", "<=", ">=", "<>", "!=", "<", ">"}); op != "" {
		if op == "<>" {
			op = "!="
		}
		return &infix{pos, op, x, p.sum()}
	}
	if p.accept("IS") {
		not := p.accept("NOT")
		if what := p.acceptOne([]string{"NULL", "TRUE", "FALSE"}); what != "" {
			return &isTest{pos, x, what, not}
		}
		if p.peek().is("DISTINCT") {
			p.fail(unsupported("IS DISTINCT FROM"))
		}
		p.unexpected("NULL, TRUE or FALSE")
		return x
	}
	not := p.accept("NOT")
	switch {
	case p.accept("BETWEEN"):
		low := p.sum()
		p.expect("AND")
		return &between{pos, x, low, p.sum(), not}
	case p.peek().is("LIKE"):
		p.fail(unsupported("LIKE"))
	case p.accept("IN"):
		return p.in(pos, x, not)
	case not:
		p.unexpected("BETWEEN or IN")
	}
	return x
}

func (p *parser) in(pos at, x expr, not bool) expr {
	in := &inList{at: pos, x: x, not: not}
	unnest := p.accept("UNNEST")
	p.expect("(")
	if p.peek().is("SELECT") {
		p.fail(unsupported("subqueries in expressions"))
	}
	if unnest {
		in.array = p.expr()
	} else {
		in.list = p.exprs()
	}
	p.expect(")")
	return in
}

func (p *parser) exprs() []expr {
	list := []expr{p.expr()}
	for p.accept(",") {
		list = append(list, p.expr())
	}
	return list
}

func (p *parser) sum() expr {
	x := p.chain(p.product, "+", "-")
	for _, sign := range []string{"|", "&", "^", "<<", ">>"} {
		if p.peek().is(sign) {
			p.fail(unsupported("bitwise operators"))
		}
	}
	return x
}

func (p *parser) product() expr {
	x := p.chain(p.sign, "*", "/")
	p.refuse("||")
	return x
}

func (p *parser) sign() expr {
	pos := p.peek().pos
	if p.peek().is("~") {
		p.fail(unsupported("bitwise operators"))
	}
	op := p.acceptOne([]string{"-", "+"})
	if op == "" {
		return p.postfix()
	}
	if !p.enter() {
		return &literal{}
	}
	defer p.leave()
	if op == "-" && p.peek().kind == intToken {
		return p.integer("-")
	}
	return &prefix{at(pos), op, p.sign()}
}

// postfix parses fields of a value: "x.a.b".
func (p *parser) postfix() expr {
	x := p.primary()
	for {
		pos := p.peek().pos
		switch {
		case p.accept("."):
			t := p.next()
			if t.kind != wordToken && t.kind != quotedToken {
				p.fail(syntaxFault(p.text, t.pos, "Expected identifier"))
			}
			if p.nodes++; p.nodes > maxNodes {
				p.enter()
			}
			if c, ok := x.(*column); ok {
				c.path = append(c.path, t.text)
				continue
			}
			x = &access{at(pos), x, t.text}
		case p.peek().is("["):
			p.fail(unsupported("subscripts"))
		default:
			return x
		}
	}
}

// cast parses what follows CAST.
func (p *parser) cast(pos at) expr {
	p.expect("(")
	c := &cast{at: pos, x: p.expr()}
	p.expect("AS")
	c.to = p.typeName()
	if p.peek().is("FORMAT") {
		p.fail(unsupported("CAST with FORMAT"))
	}
	p.expect(")")
	return c
}

func (p *parser) typeName() Type {
	t := p.next()
	kind, ok := kindNamed(t.text)
	if t.kind != wordToken || !ok {
		if t.is("ARRAY") || t.is("STRUCT") || t.is("INTERVAL") || t.is("RANGE") {
			p.fail(unsupported("CAST to " + strings.ToUpper(t.text)))
		} else {
			p.fail(fault("Type not found: " + t.text + " at " + place(p.text, t.pos)))
		}
	}
	if p.peek().is("(") {
		p.fail(unsupported("types with parameters"))
	}
	return scalar(kind)
}

// kindNamed finds a scalar kind by any of its names.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types.
func kindNamed(name string) (Kind, bool) {
	switch upper := strings.ToUpper(name); upper {
	case "INT", "INTEGER", "SMALLINT", "BIGINT", "TINYINT", "BYTEINT":
		return Int64, true
	case "DECIMAL":
		return Numeric, true
	case "BIGDECIMAL":
		return BigNumeric, true
	case "BOOLEAN":
		return Bool, true
	case "BOOL", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "STRING", "BYTES", "DATE", "TIME", "DATETIME", "TIMESTAMP":
		return Kind(upper), true
	}
	return null, false
}
