package cmekpipe

import (
	"strconv"
	"strings"
	"unicode"
)

// BigQueryTable is a BigQuery table and the key that encrypts it. It is comparable; the zero BigQueryTable names nothing.
type BigQueryTable struct {
	key                    KeyName
	project, dataset, name string
}

// BigQueryTable returns the table "project.dataset.table", or "project:dataset.table", as a destination encrypted with k.
// It names a whole table: partition decorators ("$20260101") and wildcards ("*") are refused.
// Source: https://docs.cloud.google.com/bigquery/docs/tables#table_naming.
func (k KeyName) BigQueryTable(name string) (BigQueryTable, error) {
	const op = "cmekpipe.KeyName.BigQueryTable"
	if !k.Valid() {
		return BigQueryTable{}, noKey(op, name)
	}
	t, f := splitTable(name)
	if f.reason != "" {
		return BigQueryTable{}, f.error(op, name)
	}
	t.key = k
	return t, nil
}

// MustBigQueryTable is [KeyName.BigQueryTable] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustBigQueryTable(name literalElseCallWithoutMust) BigQueryTable {
	return must(k.BigQueryTable(string(name)))
}

// Key returns the key that encrypts the table.
func (t BigQueryTable) Key() KeyName { return t.key }

// Project returns the id of the project that owns the table.
func (t BigQueryTable) Project() string { return t.project }

// Dataset returns the dataset's id.
func (t BigQueryTable) Dataset() string { return t.dataset }

// ID returns the table's id inside the dataset.
func (t BigQueryTable) ID() string { return t.name }

// Valid reports whether t was created from a key: it is false for the zero value only.
func (t BigQueryTable) Valid() bool { return t.key.Valid() }

// String returns "project.dataset.table"; "" for the zero BigQueryTable.
func (t BigQueryTable) String() string {
	if !t.Valid() {
		return ""
	}
	return t.project + "." + t.dataset + "." + t.name
}

// MarshalText returns the key's name, a space and the table's. Beam sends it to workers in this form.
func (t BigQueryTable) MarshalText() ([]byte, error) {
	return marshalDestination(t.key, t.String()), nil
}

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.BigQueryTable].
func (t *BigQueryTable) UnmarshalText(text []byte) (err error) {
	*t, err = unmarshalDestination(text, KeyName.BigQueryTable)
	return err
}

func splitTable(name string) (t BigQueryTable, f fault) {
	const form = "use PROJECT.DATASET.TABLE"
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return t, fault{"got " + describe(name) + ", want a dataset before the table", form}
	}
	separator := strings.LastIndexAny(name[:dot], ".:")
	if separator < 0 {
		return t, fault{"got " + quote(name) + ", want a project before the dataset", form}
	}
	t.project, t.dataset, t.name = name[:separator], name[separator+1:dot], name[dot+1:]
	for _, reason := range []string{checkProject(t.project), checkDataset(t.dataset), checkTable(t.name)} {
		if reason != "" {
			return t, fault{reason, form}
		}
	}
	return t, fault{}
}

func checkDataset(id string) string {
	if id == "" || len(id) > 1024 || !isAll(id, func(c byte) bool { return isKeyIDChar(c) && c != '-' }) {
		return "got dataset " + quote(id) + ", want 1 to 1024 letters, digits and underscores"
	}
	return ""
}

func checkTable(id string) string {
	switch {
	case id == "" || len(id) > 1024:
		return "got a table id of " + strconv.Itoa(len(id)) + " bytes, want 1 to 1024"
	case strings.ContainsAny(id, "$@*"):
		return "got table " + quote(id) + ", want a whole table without decorator or wildcard"
	case !isPlain(id) || strings.IndexFunc(id, func(r rune) bool { return !isTableRune(r) }) >= 0:
		return "got table " + quote(id) + ", want letters, marks, digits, connectors, dashes and spaces"
	}
	return ""
}

func isTableRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.Pc, unicode.Pd, unicode.Zs)
}
