package spanner

import (
	"maps"
	"slices"
	"strings"

	"cloud.google.com/go/spanner/spansql"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// table is a table with its rows. A stored row is never changed, only replaced.
type table struct {
	name    string
	columns []spansql.ColumnDef
	key     []keyPart
	parent  string         // the table that its rows are interleaved in; may be empty
	indexed int            // how many columns its indexes have
	rows    map[string]row // by the key, encoded so that rows sort
}

// row holds a value for each column of the table, in the form of the API.
type row []*structpb.Value

// keyPart is a column of the primary key.
type keyPart struct {
	column int
	desc   bool
}

// apply adds statements to the schema, all or none.
func (d *database) apply(statements []string) error {
	tables := maps.Clone(d.tables)
	if tables == nil {
		tables = map[string]*table{}
	}
	for _, text := range statements {
		statement, err := spansql.ParseDDLStmt(text)
		if err != nil {
			return refuse.InvalidArgument("Error parsing Spanner DDL statement: %v", err)
		}
		switch statement := statement.(type) {
		case *spansql.CreateTable:
			err = createTable(tables, statement)
		case *spansql.CreateIndex:
			err = createIndex(tables, statement)
		default:
			err = refuse.Unimplemented("Spanner", "such schema change: CREATE TABLE and CREATE INDEX only")
		}
		if err != nil {
			return err
		}
	}
	d.tables, d.ddl = tables, append(d.ddl, statements...)
	return nil
}

func createTable(tables map[string]*table, c *spansql.CreateTable) error {
	name := strings.ToLower(string(c.Name))
	if tables[name] != nil {
		return refuse.FailedPrecondition("Duplicate name in schema: %s.", c.Name)
	}
	if len(c.Constraints) > 0 || c.RowDeletionPolicy != nil {
		return refuse.Unimplemented("Spanner", "constraints and row deletion policies")
	}
	t := &table{name: string(c.Name), columns: c.Columns, rows: map[string]row{}}
	for _, column := range c.Columns {
		if column.Default != nil || column.Generated != nil || column.Type.Base > spansql.JSON {
			return refuse.Unimplemented("Spanner", "defaults, generated columns and columns of protos: %s", column.Name)
		}
	}
	for _, part := range c.PrimaryKey {
		i := t.column(string(part.Column))
		if i < 0 || !orderable(c.Columns[i].Type) {
			return refuse.FailedPrecondition("Table %s has key column %s, want one of its columns, of a type that keys can have", c.Name, part.Column)
		}
		t.key = append(t.key, keyPart{i, part.Desc})
	}
	if c.Interleave != nil {
		parent := tables[strings.ToLower(string(c.Interleave.Parent))]
		if parent == nil {
			return refuse.NotFound("Table not found: %s", c.Interleave.Parent)
		}
		if len(t.key) <= len(parent.key) {
			return refuse.FailedPrecondition("Table %s does not have the key columns of its parent %s first", c.Name, parent.name)
		}
		t.parent = parent.name
	}
	tables[name] = t
	return nil
}

// createIndex makes later writes to the table count more mutations. Reads through an index are not supported.
func createIndex(tables map[string]*table, c *spansql.CreateIndex) error {
	name := strings.ToLower(string(c.Table))
	t := tables[name]
	if t == nil {
		return refuse.NotFound("Table not found: %s", c.Table)
	}
	if c.Unique {
		return refuse.Unimplemented("Spanner", "unique indexes")
	}
	changed := *t
	changed.indexed += len(c.Columns)
	tables[name] = &changed
	return nil
}

// column returns the index of a column, in any case; -1 if there is none.
func (t *table) column(name string) int {
	return slices.IndexFunc(t.columns, func(c spansql.ColumnDef) bool { return strings.EqualFold(string(c.Name), name) })
}

// table returns a table, in any case.
func (d *database) table(name string) (*table, error) {
	if t := d.tables[strings.ToLower(name)]; t != nil {
		return t, nil
	}
	return nil, refuse.NotFound("Table not found: %s", name)
}

// places returns the indexes of columns.
func (t *table) places(columns []string) ([]int, error) {
	places := make([]int, len(columns))
	for i, name := range columns {
		place := t.column(name)
		if place < 0 {
			return nil, refuse.NotFound("Column not found in table %s: %s", t.name, name)
		}
		if slices.Contains(places[:i], place) {
			return nil, refuse.InvalidArgument("Multiple values for column %s", name)
		}
		places[i] = place
	}
	return places, nil
}
