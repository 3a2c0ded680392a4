package sql

import (
	"strings"
)

// query takes a SELECT with its UNION ALLs, order and limit.
func (p *parser) query() *selectStmt {
	if !p.enter() {
		return &selectStmt{}
	}
	defer p.leave()
	q := p.core()
	for p.accept("UNION") {
		if !p.accept("ALL") {
			p.fail(unsupported("UNION DISTINCT"))
		}
		q = q.whole()
		q.unions = append(q.unions, p.core())
	}
	for _, word := range []string{"INTERSECT", "EXCEPT"} {
		if p.peek().is(word) {
			p.fail(unsupported(word))
		}
	}
	if p.accept("ORDER", "BY") {
		q = q.whole()
		q.orderBy = p.order()
	}
	if p.accept("LIMIT") {
		q = q.whole()
		q.limit = p.bound()
		if p.accept("OFFSET") {
			q.offset = p.bound()
		}
	}
	return q
}

// whole returns q, or a SELECT * around it where it has an order or a limit of its own from brackets.
func (q *selectStmt) whole() *selectStmt {
	if q.orderBy == nil && q.limit == nil {
		return q
	}
	return &selectStmt{items: []selectItem{{star: true}}, from: &subquery{query: q}}
}

// core takes one SELECT, or a query in brackets.
func (p *parser) core() *selectStmt {
	if p.accept("(") {
		q := p.query()
		p.expect(")")
		return q
	}
	if p.peek().is("WITH") {
		p.fail(unsupported("WITH"))
	}
	p.expect("SELECT")
	q := &selectStmt{distinct: p.accept("DISTINCT")}
	if !q.distinct {
		p.accept("ALL")
	}
	if p.accept("AS") {
		p.fail(unsupported("SELECT AS"))
	}
	q.items = append(q.items, p.item())
	for p.accept(",") && !p.peek().is("FROM") { // a comma before FROM is allowed
		q.items = append(q.items, p.item())
	}
	if p.accept("FROM") {
		q.from = p.from()
		p.filters(q)
	}
	for _, word := range []string{"QUALIFY", "WINDOW"} {
		if p.peek().is(word) {
			p.fail(unsupported(word))
		}
	}
	return q
}

// filters takes what may follow FROM.
func (p *parser) filters(q *selectStmt) {
	if p.accept("WHERE") {
		q.where = p.expr()
	}
	if p.accept("GROUP", "BY") {
		for _, word := range []string{"ROLLUP", "CUBE", "GROUPING", "ALL"} {
			if p.peek().is(word) {
				p.fail(unsupported("GROUP BY " + word))
			}
		}
		q.groupBy = append(q.groupBy, p.expr())
		for p.accept(",") {
			q.groupBy = append(q.groupBy, p.expr())
		}
	}
	if p.accept("HAVING") {
		q.having = p.expr()
	}
}

// item takes an expression with its alias, "*" or "t.*".
func (p *parser) item() selectItem {
	item := selectItem{pos: p.peek().pos}
	if isName(p.peek()) && p.peekAt(1).is(".") && p.peekAt(2).is("*") {
		item.prefix = p.name()
		p.accept(".")
	}
	if p.accept("*") {
		item.star = true
		if p.accept("EXCEPT") {
			item.except = p.names()
		}
		if p.peek().is("REPLACE") {
			p.fail(unsupported("* REPLACE"))
		}
		return item
	}
	item.value = p.expr()
	item.alias = p.alias()
	return item
}

func (p *parser) order() []orderItem {
	var items []orderItem
	for {
		o := orderItem{value: p.expr()}
		if !p.accept("ASC") {
			o.descending = p.accept("DESC")
		}
		if p.accept("NULLS") {
			first := p.accept("FIRST")
			if !first {
				p.expect("LAST")
			}
			o.nullsFirst = &first
		}
		items = append(items, o)
		if !p.accept(",") {
			return items
		}
	}
}

// bound takes the number of LIMIT or OFFSET.
func (p *parser) bound() expr {
	if k := p.peek().kind; k != intToken && k != paramToken && !p.peek().is("?") {
		p.unexpected("integer literal or parameter")
		return &literal{}
	}
	return p.primary()
}

// from takes tables and their joins.
func (p *parser) from() fromItem {
	left := p.source()
	for {
		pos := p.peek().pos
		kind := ""
		switch {
		case p.accept("CROSS", "JOIN"), p.accept(","):
			kind = "CROSS"
		case p.accept("JOIN"), p.accept("INNER", "JOIN"):
			kind = "INNER"
		case p.accept("LEFT", "JOIN"), p.accept("LEFT", "OUTER", "JOIN"):
			kind = "LEFT"
		case p.peek().is("RIGHT"), p.peek().is("FULL"):
			p.fail(unsupported(strings.ToUpper(p.peek().text) + " JOIN"))
			return left
		default:
			return left
		}
		if !p.enter() { // it stays entered: each join is a level around the tables before it
			return left
		}
		j := &join{kind: kind, left: left, right: p.source(), pos: pos}
		if kind != "CROSS" {
			p.condition(j)
		}
		left = j
	}
}

func (p *parser) condition(j *join) {
	switch {
	case p.accept("USING"):
		j.using = p.names()
	default:
		p.expect("ON")
		j.on = p.expr()
	}
}

// source takes a table or a subquery.
func (p *parser) source() fromItem {
	pos := p.peek().pos
	if p.accept("(") {
		if !p.peek().is("SELECT") && !p.peek().is("(") && !p.peek().is("WITH") {
			p.fail(unsupported("joins in brackets"))
		}
		q := p.query()
		p.expect(")")
		return &subquery{query: q, alias: p.alias()}
	}
	if p.peek().is("UNNEST") || p.peek().is("LATERAL") {
		p.fail(unsupported(strings.ToUpper(p.peek().text) + " in FROM"))
	}
	t := &tableRef{name: p.tableName(), pos: pos}
	if p.peek().is("(") {
		p.fail(unsupported("table functions"))
	}
	if p.accept("FOR") {
		p.fail(unsupported("FOR SYSTEM_TIME"))
	}
	t.alias = p.alias()
	for _, word := range []string{"TABLESAMPLE", "WITH"} {
		if p.peek().is(word) {
			p.fail(unsupported(word))
		}
	}
	if t.alias == "" {
		t.alias = t.name.Table
	}
	p.tables = append(p.tables, t.name)
	return t
}

// tableName takes `project.dataset.table` in any quoting. The project's id may hold dashes without being quoted.
func (p *parser) tableName() TableName {
	pos := p.peek().pos
	path := p.name()
	for p.peek().is("-") && p.peek().pos > 0 && !strings.Contains(path, ".") && p.touches() {
		p.next()
		path += "-" + p.next().text
	}
	for p.accept(".") {
		t := p.next()
		if t.kind != wordToken && t.kind != quotedToken && t.kind != intToken {
			p.fail(syntaxFault(p.text, t.pos, "Unexpected table name"))
		}
		path += "." + t.text
	}
	parts := strings.Split(path, ".")
	n := len(parts)
	name := TableName{Table: parts[n-1]}
	if n > 1 {
		name.Dataset = parts[n-2]
	}
	if n > 2 {
		name.Project = strings.Join(parts[:n-2], ".")
	}
	switch {
	case strings.Contains(strings.ToUpper(path), "INFORMATION_SCHEMA"):
		p.fail(unsupported("views of INFORMATION_SCHEMA"))
	case strings.Contains(name.Table, "*"):
		p.fail(unsupported("wildcard tables"))
	case name.Table == "" || n > 1 && name.Dataset == "":
		p.fail(syntaxFault(p.text, pos, "Invalid table name"))
	}
	return name
}

// touches reports whether a word or number follows the next token without a blank, and that one the token before it.
func (p *parser) touches() bool {
	dash, after := p.peek(), p.peekAt(1)
	blank := strings.ContainsRune(" \t\r\n", rune(p.text[dash.pos-1]))
	return !blank && (after.kind == wordToken || after.kind == intToken) && after.pos == dash.pos+1
}
