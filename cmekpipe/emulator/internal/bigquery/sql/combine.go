package sql

import (
	"context"
	"reflect"
)

// orderBy orders a relation by its own columns.
func (b *builder) orderBy(r relation, items []orderItem) (relation, error) {
	if len(items) == 0 {
		return r, nil
	}
	all, err := expand([]selectItem{{star: true}}, r.columns, true)
	if err != nil {
		return r, err
	}
	s := &selection{binder: b.binder(r.columns), items: all, source: r}
	for i, c := range r.columns {
		s.values = append(s.values, slotOf(i, c.Type))
	}
	if err := s.order(items); err != nil {
		return r, err
	}
	return relation{columns: r.columns, run: s.run}, nil
}

// limit cuts a relation to what LIMIT and OFFSET leave.
func (b *builder) limit(r relation, q *selectStmt) (relation, error) {
	if q.limit == nil {
		return r, nil
	}
	bounds := [2]int64{}
	for i, e := range []expr{q.limit, q.offset} {
		if e == nil {
			continue
		}
		c, err := b.binder(nil).expr(e)
		if err != nil {
			return r, err
		}
		v, err := c.eval(nil)
		if err != nil {
			return r, err
		}
		n, ok := v.(int64)
		if !ok || n < 0 {
			return r, fault("LIMIT and OFFSET expect a non-negative integer literal or parameter at " + place(b.text, e.position()))
		}
		bounds[i] = n
	}
	count, skip := bounds[0], bounds[1]
	return relation{columns: r.columns, run: func(ctx context.Context) ([][]Value, error) {
		rows, err := r.run(ctx)
		rows = rows[min(skip, int64(len(rows))):]
		return rows[:min(count, int64(len(rows)))], err
	}}, nil
}

func distinct(r relation) (relation, error) {
	for _, c := range r.columns {
		if !c.Type.orderable() {
			return r, fault("Column " + c.Name + " of type " + c.Type.String() + " cannot be used in SELECT DISTINCT")
		}
	}
	return relation{columns: r.columns, run: func(ctx context.Context) ([][]Value, error) {
		rows, err := r.run(ctx)
		if err != nil {
			return nil, err
		}
		seen := make(map[string]bool)
		kept := make([][]Value, 0, len(rows))
		for _, row := range rows {
			if key := rowKey(row); !seen[key] {
				seen[key] = true
				kept = append(kept, row)
			}
		}
		return kept, nil
	}}, nil
}

// unionAll puts the rows of one relation behind those of another, both in the types that they have in common.
func unionAll(l, r relation) (relation, error) {
	if len(l.columns) != len(r.columns) {
		return l, fault("Queries in UNION ALL have mismatched column count")
	}
	out := relation{columns: make(scope, len(l.columns))}
	pairs := [2][]compiled{}
	for i := range l.columns {
		a, b := slotOf(i, l.columns[i].Type), slotOf(i, r.columns[i].Type)
		t, both, ok := unify([]compiled{a, b})
		if !ok {
			return l, fault("Column " + ordinal(i) + " in UNION ALL has incompatible types: " + a.typ.String() + ", " + b.typ.String())
		}
		out.columns[i].Field = Field{Name: l.columns[i].Name, Type: t}
		pairs[0], pairs[1] = append(pairs[0], both[0]), append(pairs[1], both[1])
	}
	out.run = func(ctx context.Context) ([][]Value, error) {
		var all [][]Value
		for i, side := range []relation{l, r} {
			rows, err := side.run(ctx)
			if err != nil {
				return nil, err
			}
			same := reflect.DeepEqual(side.fields(), out.fields())
			for _, row := range rows {
				if !same {
					if row, err = evalAll(pairs[i], row); err != nil {
						return nil, err
					}
				}
				all = append(all, row)
			}
		}
		return all, nil
	}
	return out, nil
}
