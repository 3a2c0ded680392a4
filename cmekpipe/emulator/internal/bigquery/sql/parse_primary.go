package sql

import (
	"strconv"
	"strings"
)

// primary parses a literal, name, parameter, call or expression in brackets.
func (p *parser) primary() expr {
	t := p.peek()
	switch t.kind {
	case intToken:
		return p.integer("")
	case floatToken:
		p.next()
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail(fault("Invalid floating point literal: " + t.text))
		}
		return &literal{at(t.pos), scalar(Float64), f}
	case stringToken:
		p.next()
		return &literal{at(t.pos), scalar(String), t.text}
	case bytesToken:
		p.next()
		return &literal{at(t.pos), scalar(Bytes), []byte(t.text)}
	case paramToken:
		p.next()
		return &param{at: at(t.pos), name: t.text}
	case quotedToken:
		p.next()
		if p.peek().is("(") {
			p.fail(unsupported("user-defined functions"))
		}
		return &column{at(t.pos), []string{t.text}}
	case wordToken:
		return p.word(t)
	}
	switch {
	case p.accept("?"):
		p.params++
		return &param{at: at(t.pos), index: p.params}
	case p.accept("("):
		if p.peek().is("SELECT") {
			p.fail(unsupported("subqueries in expressions"))
		}
		x := p.expr()
		if p.peek().is(",") {
			p.fail(unsupported("struct literals"))
		}
		p.expect(")")
		return x
	case p.peek().is("["):
		p.fail(unsupported("array literals"))
	}
	p.unexpected("")
	return &literal{}
}

// word parses what begins with a word.
func (p *parser) word(t token) expr {
	pos := at(t.pos)
	switch upper := strings.ToUpper(t.text); upper {
	case "NULL":
		p.next()
		return &literal{at: pos}
	case "TRUE", "FALSE":
		p.next()
		return &literal{pos, scalar(Bool), upper == "TRUE"}
	case "CAST":
		p.next()
		return p.cast(pos)
	case "DATE", "TIME", "DATETIME", "TIMESTAMP", "NUMERIC", "BIGNUMERIC", "JSON":
		if p.peekAt(1).kind == stringToken {
			p.next()
			return p.typed(pos, Kind(upper), p.next())
		}
	case "CASE", "IF", "EXISTS", "ARRAY", "STRUCT", "INTERVAL", "EXTRACT", "WITH":
		p.fail(unsupported(upper))
	}
	if isReserved(t.text) {
		p.unexpected("")
		return &literal{}
	}
	p.next()
	if p.peek().is("(") {
		return p.call(pos, strings.ToUpper(t.text))
	}
	return &column{pos, []string{t.text}}
}

// call parses the argument of an aggregate function.
func (p *parser) call(pos at, name string) expr {
	if !isAggregate(name) {
		p.fail(unsupported("function " + name))
	}
	c := &call{at: pos, name: name}
	p.expect("(")
	if !p.accept("*") {
		p.refuse("DISTINCT")
		c.arg = p.expr()
		p.refuse("IGNORE", "RESPECT", "ORDER", "LIMIT", "HAVING")
	}
	p.expect(")")
	if p.peek().is("OVER") {
		p.fail(unsupported("window functions"))
	}
	return c
}

// integer parses an INT64 literal; sign is "-" for a negative one, so that the smallest fits.
func (p *parser) integer(sign string) expr {
	t := p.next()
	n, err := strconv.ParseInt(sign+t.text, 0, 64)
	if len(t.text) > 1 && t.text[0] == '0' && isDigit(t.text[1]) { // not octal
		n, err = strconv.ParseInt(sign+t.text, 10, 64)
	}
	if err != nil {
		p.fail(fault("Invalid integer literal: " + sign + t.text + " at " + place(p.text, t.pos)))
	}
	return &literal{at(t.pos), scalar(Int64), n}
}

// typed parses a literal such as DATE '2026-11-25'.
func (p *parser) typed(pos at, kind Kind, t token) expr {
	value, err := castText(t.text, kind)
	if err != nil {
		p.fail(fault("Invalid " + string(kind) + " literal at " + place(p.text, int(pos))))
	}
	return &literal{pos, scalar(kind), value}
}
