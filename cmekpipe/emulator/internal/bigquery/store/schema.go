package store

import (
	"regexp"
	"slices"
	"strings"

	raw "google.golang.org/api/bigquery/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// maxDepth is how deep records may nest. Source: https://docs.cloud.google.com/bigquery/docs/nested-repeated.
const maxDepth = 15

var columnName = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{M}\p{N}\p{Pc}\p{Pd}&%=+:'<>#| ]{0,299}$`)

// kindOf returns the type that a name of the API's stands for.
func kindOf(name string) (sql.Kind, bool) {
	switch strings.ToUpper(name) {
	case "STRING":
		return sql.String, true
	case "BYTES":
		return sql.Bytes, true
	case "INTEGER", "INT64":
		return sql.Int64, true
	case "FLOAT", "FLOAT64":
		return sql.Float64, true
	case "BOOLEAN", "BOOL":
		return sql.Bool, true
	case "NUMERIC":
		return sql.Numeric, true
	case "BIGNUMERIC":
		return sql.BigNumeric, true
	case "TIMESTAMP":
		return sql.Timestamp, true
	case "DATE":
		return sql.Date, true
	case "TIME":
		return sql.Time, true
	case "DATETIME":
		return sql.DateTime, true
	case "GEOGRAPHY":
		return sql.Geography, true
	case "JSON":
		return sql.JSON, true
	case "RECORD", "STRUCT":
		return sql.Struct, true
	}
	return "", false
}

// apiName is the API's name of a type.
func apiName(k sql.Kind) string {
	switch k {
	case sql.Int64:
		return "INTEGER"
	case sql.Float64:
		return "FLOAT"
	case sql.Bool:
		return "BOOLEAN"
	case sql.Struct:
		return "RECORD"
	}
	return string(k)
}

// Columns returns the types of a schema, or says what is wrong with it.
func Columns(schema *raw.TableSchema) ([]sql.Field, error) {
	if schema == nil {
		return nil, nil
	}
	return fieldsOf(schema.Fields, 1)
}

func fieldsOf(fields []*raw.TableFieldSchema, depth int) ([]sql.Field, error) {
	if depth > maxDepth {
		return nil, invalid("Schema has records nested deeper than %d levels", maxDepth)
	}
	columns := make([]sql.Field, 0, len(fields))
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		if !columnName.MatchString(f.Name) {
			return nil, invalid("Invalid field name %q. Fields must contain the allowed characters, and be at most 300 "+
				"characters long.", f.Name)
		}
		if lower := strings.ToLower(f.Name); seen[lower] {
			return nil, invalid("Duplicate field name: %s. Field names are case-insensitive.", f.Name)
		} else {
			seen[lower] = true
		}
		column, err := columnOf(f, depth)
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, nil
}

func columnOf(f *raw.TableFieldSchema, depth int) (sql.Field, error) {
	kind, ok := kindOf(f.Type)
	if !ok {
		return sql.Field{}, invalid("Field %s has the type %q, which the loopback BigQuery does not have", f.Name, f.Type)
	}
	if f.DefaultValueExpression != "" || f.PolicyTags != nil || f.MaxLength != 0 || f.Precision != 0 {
		return sql.Field{}, Refuse(Unsupported, "The loopback BigQuery has no default values, policy tags and parameterized "+
			"types, as for %s.", f.Name)
	}
	column := sql.Field{Name: f.Name, Type: sql.Type{Kind: kind}}
	switch strings.ToUpper(f.Mode) {
	case "", "NULLABLE":
	case "REQUIRED":
		column.Required = true
	case "REPEATED":
		column.Type.Array = true
	default:
		return column, invalid("Field %s has the mode %q, want NULLABLE, REQUIRED or REPEATED", f.Name, f.Mode)
	}
	if kind != sql.Struct {
		return column, nil
	}
	if len(f.Fields) == 0 {
		return column, invalid("Field %s is type RECORD but has no schema", f.Name)
	}
	var err error
	column.Type.Fields, err = fieldsOf(f.Fields, depth+1)
	return column, err
}

// Schema returns the API's schema of columns.
func Schema(columns []sql.Field) *raw.TableSchema {
	return &raw.TableSchema{Fields: schemaFields(columns)}
}

func schemaFields(columns []sql.Field) []*raw.TableFieldSchema {
	fields := make([]*raw.TableFieldSchema, len(columns))
	for i, c := range columns {
		f := &raw.TableFieldSchema{Name: c.Name, Type: apiName(c.Type.Kind), Mode: "NULLABLE"}
		switch {
		case c.Type.Array:
			f.Mode = "REPEATED"
		case c.Required:
			f.Mode = "REQUIRED"
		}
		if c.Type.Kind == sql.Struct {
			f.Fields = schemaFields(c.Type.Fields)
		}
		fields[i] = f
	}
	return fields
}

// grown refuses a schema that does not keep all columns of an older one, in their order, or that adds required ones.
func grown(before, after []sql.Field, ref TableRef) error {
	if len(after) < len(before) {
		return invalid("Provided Schema does not match Table %s. Field %s is missing in new schema", ref.legacy(),
			before[len(after)].Name)
	}
	for i, old := range before {
		now := after[i]
		if !strings.EqualFold(old.Name, now.Name) {
			return invalid("Provided Schema does not match Table %s. Field %s is missing in new schema", ref.legacy(), old.Name)
		}
		if now.Type.Kind != old.Type.Kind {
			return invalid("Provided Schema does not match Table %s. Field %s has changed type from %s to %s", ref.legacy(),
				old.Name, apiName(old.Type.Kind), apiName(now.Type.Kind))
		}
		if now.Type.Array != old.Type.Array || now.Required && !old.Required {
			return invalid("Provided Schema does not match Table %s. Field %s has changed mode", ref.legacy(), old.Name)
		}
		if err := grown(old.Type.Fields, now.Type.Fields, ref); err != nil {
			return err
		}
	}
	for _, added := range after[len(before):] {
		if added.Required {
			return invalid("Provided Schema does not match Table %s. Cannot add required field %s to an existing schema.",
				ref.legacy(), added.Name)
		}
	}
	return nil
}

// checkLayout checks partitioning and clustering against the columns.
func checkLayout(a *raw.Table, columns []sql.Field) error {
	if p := a.TimePartitioning; p != nil {
		switch p.Type {
		case "DAY", "HOUR", "MONTH", "YEAR":
		default:
			return invalid("Invalid time partitioning type %q, want DAY, HOUR, MONTH or YEAR", p.Type)
		}
		if p.Field != "" && !hasKind(columns, p.Field, sql.Date, sql.Timestamp, sql.DateTime) {
			return invalid("The field specified for partitioning, %s, must be a top-level column of type DATE, TIMESTAMP or "+
				"DATETIME", p.Field)
		}
	}
	if p := a.RangePartitioning; p != nil && !hasKind(columns, p.Field, sql.Int64) {
		return invalid("The field specified for partitioning, %s, must be a top-level INTEGER column", p.Field)
	}
	if c := a.Clustering; c != nil {
		if len(c.Fields) == 0 || len(c.Fields) > 4 {
			return invalid("Clustering has %d fields, want 1 to 4", len(c.Fields))
		}
		for _, name := range c.Fields {
			if !hasKind(columns, name, sql.Bool, sql.Int64, sql.Numeric, sql.BigNumeric, sql.String, sql.Date, sql.DateTime,
				sql.Timestamp, sql.Geography) {
				return invalid("The field specified for clustering, %s, must be a top-level column of a type that can be "+
					"clustered", name)
			}
		}
	}
	return nil
}

func hasKind(columns []sql.Field, name string, kinds ...sql.Kind) bool {
	return slices.ContainsFunc(columns, func(c sql.Field) bool {
		return strings.EqualFold(c.Name, name) && !c.Type.Array && slices.Contains(kinds, c.Type.Kind)
	})
}

// Match says which of the columns goes into each column of a table, by name; -1 is none. It refuses columns that the
// table does not have, or has with another type.
func Match(columns []sql.Field, t *Table) ([]int, error) {
	at := make([]int, len(t.Columns))
	for i := range at {
		at[i] = -1
	}
	for i, c := range columns {
		j := slices.IndexFunc(t.Columns, func(to sql.Field) bool { return strings.EqualFold(to.Name, c.Name) })
		if j < 0 {
			return nil, invalid("Provided Schema does not match Table %s. Cannot add fields (field: %s)", t.Ref.legacy(), c.Name)
		}
		if to := t.Columns[j]; c.Type.String() != to.Type.String() {
			return nil, invalid("Provided Schema does not match Table %s. Field %s has changed type from %s to %s",
				t.Ref.legacy(), c.Name, apiName(to.Type.Kind), apiName(c.Type.Kind))
		}
		at[j] = i
	}
	return at, nil
}
