package sql

import (
	"context"
)

// grouping makes one row of each group: the values that it is grouped by, then those of the aggregates.
type grouping struct {
	rows   *binder // of the rows before they are grouped
	keys   []compiled
	keyOf  map[string]int // by the form of the expression
	aggs   []aggregate
	aggOf  map[string]int
	single bool // without GROUP BY, there is one group even if there are no rows
}

// expr compiles an expression that is grouped by, or an aggregate; it reports false for others.
func (g *grouping) expr(b *binder, e expr) (compiled, bool, error) {
	if _, isLiteral := e.(*literal); isLiteral {
		return compiled{}, false, nil
	}
	form := b.form(e)
	if i, ok := g.keyOf[form]; ok {
		return slotOf(i, g.keys[i].typ), true, nil
	}
	x, ok := e.(*call)
	if !ok || !isAggregate(x.name) {
		return compiled{}, false, nil
	}
	i, ok := g.aggOf[form]
	if !ok {
		a, err := g.rows.aggregate(x)
		if err != nil {
			return compiled{}, false, err
		}
		i = len(g.aggs)
		g.aggs = append(g.aggs, a)
		g.aggOf[form] = i
	}
	at, t := i, g.aggs[i].typ
	return compiled{typ: t, eval: func(row []Value) (Value, error) { return row[len(g.keys)+at], nil }}, true, nil
}

// group is a group of rows that is being collected.
type group struct {
	keys   []Value
	states []state
}

func (g *grouping) newGroup(keys []Value) *group {
	made := &group{keys: keys, states: make([]state, len(g.aggs))}
	for i := range g.aggs {
		made.states[i].aggregate = &g.aggs[i]
	}
	return made
}

// run groups rows, in the order in which the groups begin.
func (g *grouping) run(ctx context.Context, rows [][]Value) ([][]Value, error) {
	var groups []*group
	found := make(map[string]*group)
	if g.single {
		groups = append(groups, g.newGroup(nil))
		found[""] = groups[0]
	}
	for i, row := range rows {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		keys, err := evalAll(g.keys, row)
		if err != nil {
			return nil, err
		}
		id := rowKey(keys)
		at, ok := found[id]
		if !ok {
			at = g.newGroup(keys)
			groups = append(groups, at)
			found[id] = at
		}
		for i := range at.states {
			if err := at.states[i].add(row); err != nil {
				return nil, err
			}
		}
	}
	out := make([][]Value, len(groups))
	for i, at := range groups {
		for j := range at.states {
			v, err := at.states[j].result()
			if err != nil {
				return nil, err
			}
			at.keys = append(at.keys, v)
		}
		out[i] = at.keys
	}
	return out, nil
}

func evalAll(list []compiled, row []Value) ([]Value, error) {
	values := make([]Value, len(list), len(list)+4)
	for i, c := range list {
		var err error
		if values[i], err = c.eval(row); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func rowKey(row []Value) string {
	var key []byte
	for _, v := range row {
		key = appendKey(key, v)
	}
	return string(key)
}
