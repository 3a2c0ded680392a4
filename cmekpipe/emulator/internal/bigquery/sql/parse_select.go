package sql

import (
	"strings"
)

// query parses a SELECT from one table, with its order and limit.
func (p *parser) query() *selectStmt {
	p.refuse("WITH")
	if p.peek().is("(") {
		p.fail(unsupported("queries in brackets"))
	}
	p.expect("SELECT")
	p.refuse("DISTINCT")
	p.accept("ALL")
	if p.accept("AS") {
		p.fail(unsupported("SELECT AS"))
	}
	q := &selectStmt{items: []selectItem{p.item()}}
	for p.accept(",") && !p.peek().is("FROM") { // a comma before FROM is allowed
		q.items = append(q.items, p.item())
	}
	if p.accept("FROM") {
		q.from = p.table()
		p.filters(q)
	}
	p.refuse("HAVING", "QUALIFY", "WINDOW", "UNION", "INTERSECT", "EXCEPT")
	if p.accept("ORDER", "BY") {
		q.orderBy = p.order()
	}
	if p.accept("LIMIT") {
		q.limit = p.bound()
		if p.accept("OFFSET") {
			q.offset = p.bound()
		}
	}
	return q
}

// refuse fails if one of the words comes next, which begin a construct that is not executed.
func (p *parser) refuse(words ...string) {
	for _, word := range words {
		if p.peek().is(word) {
			p.fail(unsupported(word))
		}
	}
}

// filters parses what may follow FROM.
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
}

// item parses an expression with its alias, or "*".
func (p *parser) item() selectItem {
	item := selectItem{pos: p.peek().pos}
	if p.accept("*") {
		item.star = true
		for _, word := range []string{"EXCEPT", "REPLACE"} {
			if p.peek().is(word) {
				p.fail(unsupported("* " + word))
			}
		}
		return item
	}
	if isName(p.peek()) && p.peekAt(1).is(".") && p.peekAt(2).is("*") {
		p.fail(unsupported(p.peek().text + ".*"))
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
		p.refuse("NULLS")
		items = append(items, o)
		if !p.accept(",") {
			return items
		}
	}
}

// bound parses the number of LIMIT or OFFSET.
func (p *parser) bound() expr {
	if k := p.peek().kind; k != intToken && k != paramToken && !p.peek().is("?") {
		p.unexpected("integer literal or parameter")
		return &literal{}
	}
	return p.primary()
}

// table parses the table behind FROM.
func (p *parser) table() *tableRef {
	if p.peek().is("(") {
		p.fail(unsupported("subqueries in FROM"))
	}
	if p.peek().is("UNNEST") || p.peek().is("LATERAL") {
		p.fail(unsupported(strings.ToUpper(p.peek().text) + " in FROM"))
	}
	t := &tableRef{name: p.tableName()}
	if p.peek().is("(") {
		p.fail(unsupported("table functions"))
	}
	if p.accept("FOR") {
		p.fail(unsupported("FOR SYSTEM_TIME"))
	}
	p.refusePivot()
	t.alias = p.alias()
	p.refuse("TABLESAMPLE", "WITH")
	p.refusePivot()
	if t.alias == "" {
		t.alias = t.name.Table
	}
	if p.peek().is(",") {
		p.fail(unsupported("JOIN"))
	}
	for _, word := range []string{"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"} {
		if p.peek().is(word) {
			p.fail(unsupported("JOIN"))
		}
	}
	p.tables = append(p.tables, t.name)
	return t
}

// refusePivot refuses PIVOT and UNPIVOT, which are names where no bracket follows.
func (p *parser) refusePivot() {
	if t := p.peek(); (t.is("PIVOT") || t.is("UNPIVOT")) && p.peekAt(1).is("(") {
		p.fail(unsupported(strings.ToUpper(t.text)))
	}
}

// tableName parses `project.dataset.table` in any quoting. The project's id may hold dashes without being quoted.
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
