package sql

import (
	"context"
	"reflect"
	"strings"
)

// from makes the relation of a table, a subquery or a join.
func (b *builder) from(item fromItem) (relation, error) {
	switch x := item.(type) {
	case *tableRef:
		t, err := b.session.Catalog.Table(b.ctx, x.name)
		if err != nil {
			return relation{}, err
		}
		return relation{scopeOf(x.alias, t.Columns), func(context.Context) ([][]Value, error) { return t.Rows, nil }}, nil
	case *subquery:
		r, err := b.query(x.query)
		return relation{scopeOf(x.alias, r.fields()), r.run}, err
	}
	return b.join(item.(*join))
}

func (b *builder) join(j *join) (relation, error) {
	left, err := b.from(j.left)
	if err != nil {
		return left, err
	}
	right, err := b.from(j.right)
	if err != nil {
		return right, err
	}
	for _, r := range right.columns {
		if r.table != "" && left.columns.hasTable(r.table) {
			return left, fault("Duplicate table alias " + r.table + " in the same FROM clause")
		}
	}
	m := &matcher{left: left, right: right, outer: j.kind == "LEFT"}
	columns := append(append(scope{}, left.columns...), right.columns...)
	switch {
	case j.using != nil:
		err = b.using(m, j, columns)
	case j.on != nil:
		err = b.on(m, j, columns)
	}
	return relation{columns, m.run}, err
}

// using pairs columns of one name.
func (b *builder) using(m *matcher, j *join, columns scope) error {
	for _, name := range j.using {
		l, r := m.left.columns.find("", name), m.right.columns.find("", name)
		if l < 0 || r < 0 {
			return fault("Column " + name + " in USING clause not found on both sides of the join, or more than once")
		}
		_, both, ok := unify([]compiled{slotOf(l, m.left.columns[l].Type), slotOf(r, m.right.columns[r].Type)})
		if !ok {
			return fault("Column " + name + " in USING has incompatible types on either side of the join")
		}
		m.leftKeys, m.rightKeys = append(m.leftKeys, both[0]), append(m.rightKeys, both[1])
		columns[len(m.left.columns)+r].using = true
	}
	return nil
}

// on compiles a condition. Equalities between the sides in it narrow down which rows it is tried on.
func (b *builder) on(m *matcher, j *join, columns scope) error {
	c, err := b.binder(columns).condition(j.on, "ON clause")
	if err != nil {
		return err
	}
	m.on = &c
	for _, e := range conjuncts(j.on) {
		x, ok := e.(*infix)
		if !ok || x.op != "=" {
			continue
		}
		for _, sides := range [][2]expr{{x.l, x.r}, {x.r, x.l}} {
			l, errL := b.binder(m.left.columns).expr(sides[0])
			r, errR := b.binder(m.right.columns).expr(sides[1])
			if errL == nil && errR == nil && reflect.DeepEqual(l.typ, r.typ) {
				m.leftKeys, m.rightKeys = append(m.leftKeys, l), append(m.rightKeys, r)
				break
			}
		}
	}
	return nil
}

// conjuncts are the conditions that all must hold for e to hold.
func conjuncts(e expr) []expr {
	if x, ok := e.(*infix); ok && strings.EqualFold(x.op, "AND") {
		return append(conjuncts(x.l), conjuncts(x.r)...)
	}
	return []expr{e}
}

// matcher joins two relations: rows whose keys are equal, none of them NULL, and for which the condition holds.
type matcher struct {
	left, right         relation
	leftKeys, rightKeys []compiled
	on                  *compiled
	outer               bool // rows of the left without a match are kept
}

func (m *matcher) run(ctx context.Context) ([][]Value, error) {
	left, err := m.left.run(ctx)
	if err != nil {
		return nil, err
	}
	right, err := m.right.run(ctx)
	if err != nil {
		return nil, err
	}
	byKey, err := m.index(right)
	if err != nil {
		return nil, err
	}
	var out [][]Value
	for _, l := range left {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		key, ok, err := joinKey(m.leftKeys, l)
		if err != nil {
			return nil, err
		}
		before := len(out)
		if ok {
			if out, err = m.pair(out, l, byKey[key]); err != nil {
				return nil, err
			}
		}
		if m.outer && len(out) == before {
			out = append(out, append(append(make([]Value, 0, len(l)+len(m.right.columns)), l...),
				make([]Value, len(m.right.columns))...))
		}
	}
	return out, nil
}

func (m *matcher) index(rows [][]Value) (map[string][][]Value, error) {
	byKey := make(map[string][][]Value)
	for _, row := range rows {
		key, ok, err := joinKey(m.rightKeys, row)
		if err != nil {
			return nil, err
		}
		if ok {
			byKey[key] = append(byKey[key], row)
		}
	}
	return byKey, nil
}

func (m *matcher) pair(out [][]Value, l []Value, candidates [][]Value) ([][]Value, error) {
	for _, r := range candidates {
		row := append(append(make([]Value, 0, len(l)+len(r)), l...), r...)
		if m.on != nil {
			v, err := m.on.eval(row)
			if err != nil {
				return out, err
			}
			if v != true {
				continue
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// joinKey returns the form of a row's keys; it reports false when one is NULL or NaN, which equals nothing.
func joinKey(keys []compiled, row []Value) (string, bool, error) {
	values, err := evalAll(keys, row)
	if err != nil {
		return "", false, err
	}
	for _, v := range values {
		if v == nil || isNaN(v) {
			return "", false, nil
		}
	}
	return rowKey(values), true, nil
}
