package sql

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// relation is a source of rows: a table or a query.
type relation struct {
	columns scope
	run     func(context.Context) ([][]Value, error)
}

func (r relation) fields() []Field {
	fields := make([]Field, len(r.columns))
	for i, c := range r.columns {
		fields[i] = c.Field
	}
	return fields
}

// scope is the columns that names are looked up in, in the order of a row's values.
type scope []scopeColumn

type scopeColumn struct {
	Field
	table string // the name or alias of its table
}

func scopeOf(table string, fields []Field) scope {
	s := make(scope, len(fields))
	for i, f := range fields {
		s[i] = scopeColumn{Field: f, table: table}
	}
	return s
}

// tables reports whether a table goes by a name.
func (s scope) hasTable(name string) bool {
	return slices.ContainsFunc(s, func(c scopeColumn) bool { return strings.EqualFold(c.table, name) })
}

// find returns the index of a column, by its table too unless that is empty. It returns -1 for none and -2 for several.
func (s scope) find(table, name string) int {
	found := -1
	for i, c := range s {
		if !strings.EqualFold(c.Name, name) {
			continue
		}
		if table != "" && !strings.EqualFold(c.table, table) {
			continue
		}
		if found >= 0 {
			return -2
		}
		found = i
	}
	return found
}

// resolve returns the index of the column that a path begins with, and the rest of the path. The index is negative as
// find has it.
func (s scope) resolve(path []string) (int, []string) {
	if len(path) > 1 && s.hasTable(path[0]) {
		if i := s.find(path[0], path[1]); i != -1 {
			return i, path[2:]
		}
	}
	return s.find("", path[0]), path[1:]
}

// uniqueNames refuses a result with two columns of one name, as no table could hold it.
func uniqueNames(s scope) error {
	for i, c := range s {
		if s[:i].find("", c.Name) != -1 {
			return fault("Duplicate column names in the result are not supported. Found duplicate(s): " + c.Name)
		}
	}
	return nil
}

func ordinal(n int) string { return strconv.Itoa(n + 1) }
