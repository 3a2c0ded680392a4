package sql

import (
	"context"
	"iter"
	"time"
)

// TableName names a table in a query. Project is empty where the query gives none.
type TableName struct{ Project, Dataset, Table string }

// Table is what a query reads: columns and rows. The rows are values by position; a query does not change them.
type Table struct {
	Columns []Field
	Rows    iter.Seq2[[]Value, error]
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
	// Catalog finds the tables.
	Catalog Catalog
	// Project and Dataset stand in for what a table's name leaves out.
	Project, Dataset string
	// Parameters are those of the query.
	Parameters []Parameter
	// Now is the time that CURRENT_TIMESTAMP and the like see, the same for a whole query.
	Now time.Time
}

// Error is a query's fault. BigQuery answers it with the reason, which is "invalidQuery", and status 400.
type Error struct{ Reason, Message string }

// Error returns the message.
func (e *Error) Error() string { return e.Message }
