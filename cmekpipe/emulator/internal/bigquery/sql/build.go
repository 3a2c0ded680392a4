package sql

import "context"

// builder makes relations of a parsed query.
type builder struct {
	ctx     context.Context // of Prepare, for the catalog
	session Session
	text    string
}

func (b *builder) binder(s scope) *binder { return &binder{builder: b, scope: s} }

// query makes the relation of a SELECT.
func (b *builder) query(q *selectStmt) (relation, error) {
	r, err := b.block(q)
	if err != nil {
		return r, err
	}
	return b.limit(r, q)
}

// block makes a SELECT without its limit.
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
		t, err := b.session.Catalog.Table(b.ctx, q.from.name)
		if err != nil {
			return r, err
		}
		r = relation{scopeOf(q.from.alias, t.Columns), func(context.Context) ([][]Value, error) { return t.Rows, nil }}
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
		for i, c := range columns {
			all = append(all, selectItem{value: &slot{at(item.pos), i, c.Name}, pos: item.pos})
		}
	}
	return all, nil
}
