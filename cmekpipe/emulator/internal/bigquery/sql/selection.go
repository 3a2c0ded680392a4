package sql

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// selection is one SELECT that is being made: what it computes of each row, or of each group.
type selection struct {
	*binder
	items  []selectItem
	source relation
	values []compiled
	sort   []sortKey
}

// sortKey is a value that rows are ordered by.
type sortKey struct {
	compiled
	descending bool
}

// names are the aliases that a SELECT list gives, for what is computed later.
func (s *selection) names() map[string]expr {
	names := make(map[string]expr)
	for _, item := range s.items {
		if item.alias != "" {
			names[strings.ToLower(item.alias)] = item.value
		}
	}
	return names
}

// grouped turns to groups of rows if the query asks for them.
func (s *selection) grouped(q *selectStmt) error {
	isGrouped := len(q.groupBy) > 0
	for _, item := range s.items {
		isGrouped = isGrouped || aggregates(item.value)
	}
	for _, o := range q.orderBy {
		isGrouped = isGrouped || aggregates(o.value)
	}
	if !isGrouped {
		return nil
	}
	g := &grouping{rows: s.builder.binder(s.scope), keyOf: map[string]int{}, aggOf: map[string]int{}, single: len(q.groupBy) == 0}
	byAlias := *g.rows
	byAlias.aliases = s.names()
	for _, e := range q.groupBy {
		e, err := s.item(e, "GROUP BY")
		if err != nil {
			return err
		}
		if aggregates(e) {
			return s.fault(e, "Aggregate functions are not allowed in GROUP BY")
		}
		c, err := byAlias.expr(e)
		if err != nil {
			return err
		}
		if !c.typ.orderable() {
			return s.fault(e, "Grouping by expressions of type "+c.typ.String()+" is not allowed")
		}
		g.keyOf[byAlias.form(e)] = len(g.keys)
		g.keys = append(g.keys, c)
	}
	s.binder.group = g
	return nil
}

// item returns what an ordinal in GROUP BY or ORDER BY stands for, or e itself.
func (s *selection) item(e expr, clause string) (expr, error) {
	l, ok := e.(*literal)
	if !ok {
		return e, nil
	}
	n, ok := l.value.(int64)
	switch {
	case !ok:
		return nil, s.fault(e, "Cannot "+clause+" literal values")
	case n < 1 || n > int64(len(s.items)):
		return nil, s.fault(e, clause+" column number is out of range: "+strconv.FormatInt(n, 10)+" is not between 1 and "+
			strconv.Itoa(len(s.items)))
	}
	return s.items[n-1].value, nil
}

func (s *selection) order(items []orderItem) error {
	for _, o := range items {
		e, err := s.item(o.value, "ORDER BY")
		if err != nil {
			return err
		}
		c, err := s.binder.expr(e)
		if err != nil {
			return err
		}
		if !c.typ.orderable() {
			return s.fault(e, "ORDER BY does not support expressions of type "+c.typ.String())
		}
		s.sort = append(s.sort, sortKey{c, o.descending})
	}
	return nil
}

// columns names and types what is selected.
func (s *selection) columns() scope {
	out := make(scope, len(s.items))
	unnamed := 0
	for i, item := range s.items {
		out[i].Field = Field{Name: item.alias, Type: s.values[i].typ}
		if out[i].Name != "" {
			continue
		}
		switch x := item.value.(type) {
		case *slot:
			out[i].Name = x.name
		case *column:
			out[i].Name = x.path[len(x.path)-1]
		case *access:
			out[i].Name = x.name
		default:
			out[i].Name = "f" + strconv.Itoa(unnamed) + "_"
			unnamed++
		}
	}
	return out
}

func (s *selection) run(ctx context.Context) ([][]Value, error) {
	rows, err := s.source.run(ctx)
	if err != nil {
		return nil, err
	}
	if s.group != nil {
		if rows, err = s.group.run(ctx, rows); err != nil {
			return nil, err
		}
	}
	out := make([]sorted, 0, len(rows))
	for i, row := range rows {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		made, err := s.compute(row)
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return inOrder(out, s.sort), nil
}

func (s *selection) compute(row []Value) (sorted, error) {
	values, err := evalAll(s.values, row)
	if err != nil {
		return sorted{}, err
	}
	keys, err := sortKeys(s.sort, row)
	return sorted{values, keys}, err
}

// sorted is a row and what it is ordered by.
type sorted struct{ row, keys []Value }

func sortKeys(sort []sortKey, row []Value) ([]Value, error) {
	if len(sort) == 0 {
		return nil, nil
	}
	keys := make([]Value, len(sort))
	for i, k := range sort {
		var err error
		if keys[i], err = k.eval(row); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func inOrder(rows []sorted, sort []sortKey) [][]Value {
	if len(sort) > 0 {
		slices.SortStableFunc(rows, func(a, b sorted) int {
			for i, k := range sort {
				if order := k.compare(a.keys[i], b.keys[i]); order != 0 {
					return order
				}
			}
			return 0
		})
	}
	out := make([][]Value, len(rows))
	for i, r := range rows {
		out[i] = r.row
	}
	return out
}

// compare orders NULL before every other value.
func (k sortKey) compare(a, b Value) int {
	order := 0
	switch {
	case a == nil || b == nil:
		order = cmp.Compare(toInt(a != nil), toInt(b != nil))
	default:
		order = compare(a, b)
	}
	if k.descending {
		return -order
	}
	return order
}
