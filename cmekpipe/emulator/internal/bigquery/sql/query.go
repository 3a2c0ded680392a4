package sql

import (
	"context"
	"time"
)

// TableName names a table in a query. Project and Dataset are empty where the query leaves them out.
type TableName struct{ Project, Dataset, Table string }

// Table is what a query reads: columns, and rows as values by position, which nobody may change.
type Table struct {
	Columns []Field
	Rows    [][]Value
}

// Catalog finds tables. An error that it returns comes back from Prepare as it is.
type Catalog interface {
	Table(ctx context.Context, name TableName) (Table, error)
}

// Parameter is a query parameter. Its Name is empty where parameters go by position.
type Parameter struct {
	Name  string
	Type  Type
	Value Value
}

// Session is what a query is run with.
type Session struct {
	// Catalog finds the tables, under the names that the query gives them.
	Catalog Catalog
	// Parameters are those of the query.
	Parameters []Parameter
	// Now is the time that CURRENT_TIMESTAMP and the like see, the same for a whole query.
	Now time.Time
}

// Error is a query's fault. BigQuery answers it with status 400 and the reason, which is "invalidQuery".
type Error struct {
	Reason, Message string
	// Unsupported reports that BigQuery may well execute the query, and this package does not.
	Unsupported bool
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Query is a query text that was read.
type Query struct {
	kind   string
	text   string
	body   *selectStmt // of a SELECT
	tables []TableName
	params int
}

// Kind returns BigQuery's statementType: "SELECT", "CREATE_TABLE_AS_SELECT", "INSERT", "SCRIPT" and so on.
func (q *Query) Kind() string { return q.kind }

// Tables returns the tables that a SELECT reads, in the order of their mention.
func (q *Query) Tables() []TableName { return q.tables }

// Classify returns the kind of a statement, as [Query.Kind] does, without reading it further. The error is an [*Error].
func Classify(text string) (kind string, err error) {
	tokens, err := lex(text)
	if err != nil {
		return "", err
	}
	if kind, _ = classify(tokens); kind == "" {
		return "", syntaxFault(text, 0, "Unexpected end of script")
	}
	return kind, nil
}

// Parse reads a query in GoogleSQL. Statements other than SELECT are told apart but not read further. The error is an
// [*Error].
func Parse(text string) (*Query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	kind, tokens := classify(tokens)
	if kind == "" {
		return nil, syntaxFault(text, 0, "Unexpected end of script")
	}
	q := &Query{kind: kind, text: text}
	if kind != Select {
		return q, nil
	}
	p := &parser{text: text, tokens: tokens}
	q.body = p.query()
	if p.err == nil && p.peek().kind != endToken {
		p.unexpected("end of input")
	}
	q.tables, q.params = p.tables, p.params
	if p.err != nil {
		return nil, p.err
	}
	return q, nil
}

// Plan is a query that is ready to run.
type Plan struct{ relation relation }

// Columns is the schema of the result.
func (p *Plan) Columns() []Field { return p.relation.fields() }

// Run returns the rows of the result. The error is an [*Error] or the context's.
func (p *Plan) Run(ctx context.Context) ([][]Value, error) { return p.relation.run(ctx) }

// Prepare resolves the names and types of a SELECT, reading no rows. The error is an [*Error] or the catalog's.
func (q *Query) Prepare(ctx context.Context, s Session) (*Plan, error) {
	if q.kind != Select {
		return nil, unsupported(q.kind + " statements")
	}
	b := &builder{ctx: ctx, session: s, text: q.text}
	if len(s.Parameters) < q.params {
		return nil, fault("Query parameter number " + ordinal(len(s.Parameters)) + " is missing")
	}
	r, err := b.query(q.body)
	if err != nil {
		return nil, err
	}
	if err := uniqueNames(r.columns); err != nil {
		return nil, err
	}
	return &Plan{r}, nil
}

// Filter compiles a condition over the columns of a table, as row_restriction of the Storage Read API has it. NULL is
// taken for false. The error is an [*Error].
func Filter(condition string, columns []Field, now time.Time) (func(row []Value) (bool, error), error) {
	tokens, err := lex(condition)
	if err != nil {
		return nil, err
	}
	p := &parser{text: condition, tokens: tokens}
	e := p.expr()
	if p.err == nil && p.peek().kind != endToken {
		p.unexpected("end of input")
	}
	if p.err != nil {
		return nil, p.err
	}
	b := &builder{ctx: context.Background(), session: Session{Now: now}, text: condition}
	c, err := b.binder(scopeOf("", columns)).condition(e, "The row restriction")
	if err != nil {
		return nil, err
	}
	return func(row []Value) (bool, error) {
		v, err := c.eval(row)
		return v == true, err
	}, nil
}
