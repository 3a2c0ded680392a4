package sql

import (
	"context"
	"strings"
)

// builder makes relations of a parsed query.
type builder struct {
	ctx     context.Context // of Prepare, for the catalog
	session Session
	text    string
}

func (b *builder) binder(s scope) *binder { return &binder{builder: b, scope: s} }

// query makes a SELECT with its UNION ALLs, order and limit.
func (b *builder) query(q *selectStmt) (relation, error) {
	var r relation
	var err error
	if len(q.unions) > 0 || q.distinct {
		if r, err = b.unionOrDistinct(q); err != nil {
			return r, err
		}
		r, err = b.orderBy(r, q.orderBy)
	} else {
		r, err = b.block(q)
	}
	if err != nil {
		return r, err
	}
	return b.limit(r, q)
}

// unionOrDistinct makes what is ordered by its own columns only.
func (b *builder) unionOrDistinct(q *selectStmt) (relation, error) {
	first := *q
	first.orderBy, first.limit, first.offset, first.unions, first.distinct = nil, nil, nil, nil, false
	r, err := b.block(&first)
	if err != nil {
		return r, err
	}
	if q.distinct {
		if r, err = distinct(r); err != nil {
			return r, err
		}
	}
	for _, other := range q.unions {
		next, err := b.query(other)
		if err != nil {
			return r, err
		}
		if r, err = unionAll(r, next); err != nil {
			return r, err
		}
	}
	return r, nil
}

// block makes one SELECT without DISTINCT.
func (b *builder) block(q *selectStmt) (relation, error) {
	source, err := b.source(q)
	if err != nil {
		return source, err
	}
	items, err := expand(q.items, source.columns, q.from != nil)
	if err != nil {
		return source, err
	}
	s := &selection{binder: b.binder(source.columns), items: items, source: source}
	if err := s.grouped(q); err != nil {
		return source, err
	}
	for _, item := range items {
		c, err := s.binder.expr(item.value)
		if err != nil {
			return source, err
		}
		if c.typ.isNull() {
			c.typ = scalar(Int64) // as BigQuery has it
		}
		s.values = append(s.values, c)
	}
	s.binder.aliases = s.names()
	if err := s.order(q.orderBy); err != nil {
		return source, err
	}
	return relation{columns: s.columns(), run: s.run}, nil
}

// source makes FROM with WHERE; without FROM there is one row without columns.
func (b *builder) source(q *selectStmt) (relation, error) {
	r := relation{run: func(context.Context) ([][]Value, error) { return [][]Value{nil}, nil }}
	if q.from != nil {
		var err error
		if r, err = b.from(q.from); err != nil {
			return r, err
		}
	}
	if q.where == nil {
		return r, nil
	}
	c, err := b.binder(r.columns).condition(q.where, "WHERE clause")
	return filtered(r, c), err
}

func filtered(r relation, condition compiled) relation {
	return relation{columns: r.columns, run: func(ctx context.Context) ([][]Value, error) {
		rows, err := r.run(ctx)
		if err != nil {
			return nil, err
		}
		kept := make([][]Value, 0, len(rows))
		for i, row := range rows {
			if i%1024 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			v, err := condition.eval(row)
			if err != nil {
				return nil, err
			}
			if v == true {
				kept = append(kept, row)
			}
		}
		return kept, nil
	}}
}

// expand replaces stars by the columns that they stand for.
func expand(items []selectItem, columns scope, from bool) ([]selectItem, error) {
	var all []selectItem
	for _, item := range items {
		if !item.star {
			all = append(all, item)
			continue
		}
		if !from {
			return nil, fault("SELECT * must have a FROM clause")
		}
		if item.prefix != "" && !columns.hasTable(item.prefix) {
			return nil, unsupported("stars behind anything but a table: " + item.prefix + ".*")
		}
		left := scopeOf("", nil)
		for _, name := range item.except {
			left = append(left, scopeColumn{Field: Field{Name: name}})
		}
		for i, c := range columns {
			hidden := c.using && item.prefix == "" || item.prefix != "" && !strings.EqualFold(c.table, item.prefix)
			if !hidden && left.find("", c.Name) == -1 {
				all = append(all, selectItem{value: &slot{at(item.pos), i, c.Name}, pos: item.pos})
			}
		}
	}
	return all, nil
}
