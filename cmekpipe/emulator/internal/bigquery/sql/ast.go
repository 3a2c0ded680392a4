package sql

// The nodes of a parsed query. Each expression knows its offset in the text.

type selectStmt struct {
	distinct bool
	items    []selectItem
	from     fromItem // nil without FROM
	where    expr
	groupBy  []expr
	having   expr
	orderBy  []orderItem
	limit    expr
	offset   expr
	unions   []*selectStmt // UNION ALL of these after the statement itself; ORDER BY and LIMIT are of the whole
}

type selectItem struct {
	star   bool
	prefix string   // of "t.*"
	except []string // of "* EXCEPT (…)"
	value  expr
	alias  string
	pos    int
}

type orderItem struct {
	value      expr
	descending bool
	nullsFirst *bool
}

// fromItem is a tableRef, a subquery or a join.
type fromItem interface{}

type tableRef struct {
	name  TableName
	alias string
	pos   int
}

type subquery struct {
	query *selectStmt
	alias string
}

type join struct {
	kind        string // "INNER", "LEFT", "CROSS"
	left, right fromItem
	on          expr
	using       []string
	pos         int
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
	caseExpr struct {
		at
		operand    expr
		when, then []expr
		otherwise  expr
	}
	cast struct {
		at
		x    expr
		to   Type
		safe bool
	}
	call struct {
		at
		name     string // in capitals
		args     []expr
		star     bool // COUNT(*)
		distinct bool
	}
)
