package sql

// The nodes of a parsed query. Each expression knows its offset in the text.

type selectStmt struct {
	items   []selectItem
	from    *tableRef // nil without FROM
	where   expr
	groupBy []expr
	orderBy []orderItem
	limit   expr
	offset  expr
}

type selectItem struct {
	star  bool
	value expr
	alias string
	pos   int
}

type orderItem struct {
	value      expr
	descending bool
}

type tableRef struct {
	name  TableName
	alias string
}

type expr interface{ position() int }

// at is embedded by all expressions.
type at int

func (p at) position() int { return int(p) }

type (
	literal struct {
		at
		typ   Type
		value Value
	}
	column struct {
		at
		path []string
	}
	access struct {
		at
		of   expr
		name string
	}
	param struct {
		at
		name  string
		index int // from 1 on for positional ones
	}
	prefix struct {
		at
		op string
		x  expr
	}
	infix struct {
		at
		op   string
		l, r expr
	}
	isTest struct {
		at
		x    expr
		what string // "NULL", "TRUE", "FALSE"
		not  bool
	}
	inList struct {
		at
		x     expr
		list  []expr
		array expr // of IN UNNEST(…)
		not   bool
	}
	between struct {
		at
		x, low, high expr
		not          bool
	}
	cast struct {
		at
		x  expr
		to Type
	}
	call struct {
		at
		name string // in capitals: an aggregate function
		arg  expr   // nil for COUNT(*)
	}
)
