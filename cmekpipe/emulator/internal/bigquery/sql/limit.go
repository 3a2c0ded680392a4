package sql

import "context"

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
