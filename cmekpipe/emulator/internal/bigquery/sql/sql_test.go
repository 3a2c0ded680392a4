package sql_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

// catalog has the tables "d.people" and "d.orders".
type catalog struct{}

//lint:ignore ST1005 Google's words
var errMissing = errors.New("Not found: Table")

func field(name string, kind sql.Kind) sql.Field {
	return sql.Field{Name: name, Type: sql.Type{Kind: kind}}
}

func (catalog) Table(_ context.Context, name sql.TableName) (sql.Table, error) {
	switch name.Dataset + "." + name.Table {
	case "d.people":
		return sql.Table{
			Columns: []sql.Field{
				field("id", sql.Int64), field("name", sql.String), field("born", sql.Date), field("paid", sql.Numeric),
				{Name: "home", Type: sql.Type{Kind: sql.Struct, Fields: []sql.Field{field("city", sql.String)}}},
				{Name: "tags", Type: sql.Type{Kind: sql.String, Array: true}},
			},
			Rows: [][]sql.Value{
				{int64(1), "Ann", civil.Date{Year: 1990, Month: 2, Day: 3}, big.NewRat(3, 2), []sql.Value{"Paris"}, []sql.Value{"x", "y"}},
				{int64(2), "Bob", nil, big.NewRat(5, 2), nil, []sql.Value{}},
				{int64(3), nil, civil.Date{Year: 2000, Month: 1, Day: 1}, nil, []sql.Value{"Rome"}, []sql.Value{"y"}},
			},
		}, nil
	case "d.orders":
		return sql.Table{
			Columns: []sql.Field{field("id", sql.Int64), field("person", sql.Int64), field("total", sql.Float64)},
			Rows: [][]sql.Value{
				{int64(10), int64(1), 1.5}, {int64(11), int64(1), 2.5}, {int64(12), int64(2), 4.0}, {int64(13), nil, 8.0},
			},
		}, nil
	}
	return sql.Table{}, errMissing
}

func run(text string, params ...sql.Parameter) (columns []sql.Field, rows [][]sql.Value, err error) {
	q, err := sql.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	now := time.Date(2026, 11, 25, 10, 30, 0, 0, time.UTC)
	p, err := q.Prepare(context.Background(), sql.Session{Catalog: catalog{}, Parameters: params, Now: now})
	if err != nil {
		return nil, nil, err
	}
	rows, err = p.Run(context.Background())
	return p.Columns(), rows, err
}

// show writes rows as "a,b; c,d".
func show(rows [][]sql.Value) string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		values := make([]string, len(row))
		for j, v := range row {
			values[j] = showValue(v)
		}
		lines[i] = strings.Join(values, ",")
	}
	return strings.Join(lines, "; ")
}

func showValue(v sql.Value) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case *big.Rat:
		return x.RatString()
	case time.Time:
		return x.Format(time.RFC3339Nano)
	case []byte:
		return fmt.Sprintf("%q", x)
	case []sql.Value:
		return "[" + show([][]sql.Value{x}) + "]"
	}
	return fmt.Sprint(v)
}

// selects are queries with their results.
func selects() [][2]string {
	return [][2]string{
		{"SELECT 1", "1"},
		{"select 1 + 2 * 3 - -4;", "11"},
		{"SELECT 7 / 2, (1 + 2) * 3", "3.5,9"},
		{"SELECT '\\u00e9\\n\\101', 0x1F, 1e3, .5, -9223372036854775808", "é\nA,31,1000,0.5,-9223372036854775808"},
		{"SELECT TRUE AND NULL, FALSE AND NULL, TRUE OR NULL, NOT NULL", "NULL,false,true,NULL"},
		{"SELECT NULL = 1, NULL IS NULL, 1 IS NOT NULL, (1 = 2) IS FALSE, NULL IS NOT TRUE", "NULL,true,true,true,true"},
		{"SELECT 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 1 AND 3, NULL BETWEEN 1 AND 2, 5 BETWEEN NULL AND 3", "true,false,NULL,false"},
		{"SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, 3), 1 NOT IN (1, NULL)", "true,NULL,true,false"},
		{"SELECT CAST('12' AS INT64), CAST(2.5 AS INT64), CAST(-2.5 AS INT64), CAST(1 AS STRING), CAST(1.0 AS STRING)", "12,3,-3,1,1.0"},
		{"SELECT CAST(TIMESTAMP '2026-01-02 03:04:05.5+00' AS STRING), CAST(DATE '2026-01-02' AS TIMESTAMP)", "2026-01-02 03:04:05.500+00,2026-01-02T00:00:00Z"},
		{"SELECT TIMESTAMP '2026-01-02T03:04:05+01:00', DATETIME '2026-01-02 03:04:05', TIME '03:04:05'", "2026-01-02T02:04:05Z,2026-01-02T03:04:05,03:04:05"},
		{"SELECT NUMERIC '1.5' + 1, NUMERIC '1' / 3, BIGNUMERIC '2' * 2", "5/2,333333333/1000000000,4"},
		{"SELECT * FROM d.people WHERE id = 2", "2,Bob,NULL,5/2,NULL,[]"},
		{"SELECT p.name, p.home.city, home.city c FROM `d`.`people` AS p WHERE p.born > '1980-01-01' AND paid = 1.5", "Ann,Paris,Paris"},
		{"SELECT id FROM d.people WHERE name IS NULL OR NOT (paid < 2)", "2; 3"},
		{"SELECT id FROM d.people ORDER BY name DESC, id", "2; 1; 3"},
		{"SELECT id FROM d.people ORDER BY name", "3; 1; 2"},
		{"SELECT id, -id AS minus FROM d.people ORDER BY minus LIMIT 2 OFFSET 1", "2,-2; 1,-1"},
		{"SELECT id FROM d.people ORDER BY 1 DESC LIMIT 1", "3"},
		{"SELECT id FROM d.people LIMIT 5 OFFSET 9", ""},
		{"SELECT COUNT(*), SUM(total), AVG(total), MIN(id) FROM d.orders WHERE FALSE", "0,NULL,NULL,NULL"},
		{"SELECT person, COUNT(*) AS n, SUM(total) FROM d.orders GROUP BY person ORDER BY person", "NULL,1,8; 1,2,4; 2,1,4"},
		{"SELECT 'a', \"c\", b'\\x00z', r'\\d', '''it's\n'''", `a,c,"\x00z",\d,it's` + "\n"},
		{"SELECT CAST('1.23456789051' AS NUMERIC), CAST(NULL AS DATE), CAST(TRUE AS INT64), CAST('yes' AS BOOL)", "1234567891/1000000000,NULL,1,true"},
		{"SELECT COUNT(*), COUNT(name), SUM(paid), MIN(born), MAX(name), AVG(id) FROM d.people", "3,2,4,1990-02-03,Bob,2"},
		{"SELECT AVG(paid) FROM d.people", "2"},
		{"SELECT AVG(total), SUM(id) FROM d.orders", "4,46"},
		{"SELECT person IS NULL AS none, SUM(total) FROM d.orders GROUP BY 1 ORDER BY none", "false,8; true,8"},
		{"SELECT person + 1 AS next FROM d.orders WHERE person IS NOT NULL GROUP BY next ORDER BY SUM(total), next DESC", "3; 2"},
		{"SELECT p.home.city AS c, COUNT(*) FROM d.people p GROUP BY home.city ORDER BY c", "NULL,1; Paris,1; Rome,1"},
		{"SELECT @who, @n + 1 -- comment\n # another\n /* third */", "Ann,6"},
		{"SELECT id FROM d.people WHERE 'y' IN UNNEST(tags) ORDER BY id", "1; 3"},
		{"SELECT ?, ?", "p,q"},
		{"SELECT my.id FROM my-project-1.d.people AS my WHERE id=1", "1"},
		{"SELECT 'a' AS `select`", "a"},
	}
}

func TestSelect(t *testing.T) {
	params := []sql.Parameter{
		{Type: sql.Type{Kind: sql.String}, Value: "p"},
		{Type: sql.Type{Kind: sql.String}, Value: "q"},
		{Name: "who", Type: sql.Type{Kind: sql.String}, Value: "Ann"},
		{Name: "n", Type: sql.Type{Kind: sql.Int64}, Value: int64(5)},
	}
	for _, tt := range selects() {
		_, rows, err := run(tt[0], params...)
		if got := show(rows); err != nil || got != tt[1] {
			t.Errorf("%s:\n got %s, error %v\nwant %s", tt[0], got, err, tt[1])
		}
	}
}

func TestColumns(t *testing.T) {
	got, _, err := run("SELECT 1, id, 'a', NULL AS n, home.city, AVG(paid) FROM d.people GROUP BY id, home.city")
	if err != nil {
		t.Fatal(err)
	}
	want := []sql.Field{
		field("f0_", sql.Int64), field("id", sql.Int64), field("f1_", sql.String), field("n", sql.Int64),
		field("city", sql.String), field("f2_", sql.Numeric),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns differ (-want +got):\n%s", diff)
	}
}

// faults are queries with what their refusal says.
func faults() [][2]string {
	const refused = "unsupported query construct "
	return [][2]string{
		{"", "Syntax error: Unexpected end of script at [1:1]"},
		{"SELECT", "Syntax error: Unexpected end of script at [1:7]"},
		{"SELECT 1 FROM", "Expected identifier but got end of script"},
		{"SELECT FROM d.people", "Syntax error: Unexpected keyword FROM at [1:8]"},
		{"SELECT id\nFROM d.people WHERE", "Unexpected end of script at [2:20]"},
		{"SELECT 'a", "Unclosed string literal at [1:8]"},
		{"SELECT 1 /* x", "Unclosed comment"},
		{"SELECT \x01", "Illegal input character"},
		{"SELECT 1a", "Missing whitespace between literal and alias at [1:9]"},
		{"SELECT '\\q'", "Illegal escape sequence"},
		{"SELECT 9223372036854775808", "Invalid integer literal: 9223372036854775808 at [1:8]"},
		{"SELECT DATE 'x'", "Invalid DATE literal at [1:8]"},
		{"SELECT a FROM [p:d.t]", `Expected identifier but got "["`},
		{"SELECT nope FROM d.people", "Unrecognized name: nope at [1:8]"},
		{"SELECT p.nope FROM d.people p", "Name nope not found inside p at [1:8]"},
		{"SELECT home.nope FROM d.people", "Field name nope does not exist in STRUCT<city STRING> at [1:8]"},
		{"SELECT name.x FROM d.people", "Cannot access field x on a value with type STRING"},
		{"SELECT 1 + 'a'", "No matching signature for operator + for argument types: INT64, STRING at [1:10]"},
		{"SELECT 1 FROM d.people WHERE 1", "WHERE clause should return type BOOL, but returns type INT64"},
		{"SELECT CAST(DATE '2026-01-01' AS INT64)", "Invalid cast from DATE to INT64"},
		{"SELECT CAST('x' AS INT64)", "Could not cast literal or value to type INT64"},
		{"SELECT CAST(1 AS NOPE)", "Type not found: NOPE at [1:18]"},
		{"SELECT 1 / 0", "division by zero"},
		{"SELECT 9223372036854775807 + 1", "int64 overflow"},
		{"SELECT NUMERIC '99999999999999999999999999999' * 10", "numeric overflow"},
		{"SELECT id, COUNT(*) FROM d.people", "references column id which is neither grouped nor aggregated at [1:8]"},
		{"SELECT 1 FROM d.people WHERE COUNT(*) > 1", "Aggregate function COUNT not allowed here"},
		{"SELECT id FROM d.people ORDER BY 2", "ORDER BY column number is out of range: 2 is not between 1 and 1"},
		{"SELECT @nope", "Query parameter 'nope' not found"},
		{"SELECT ?", "Query parameter number 1 is missing"},
		{"SELECT 1; SELECT 2", refused + "SCRIPT statements"},
		{"DECLARE x INT64", refused + "SCRIPT statements"},
		{"CREATE TABLE d.t AS SELECT 1", refused + "CREATE_TABLE_AS_SELECT statements"},
		{"SELECT id, id FROM d.people", "Duplicate column names in the result are not supported. Found duplicate(s): id"},
		{"SELECT id FROM d.people JOIN d.orders ON TRUE", refused + "JOIN"},
		{"SELECT id FROM d.people p LEFT JOIN d.orders o ON TRUE", refused + "JOIN"},
		{"SELECT 1 FROM d.a RIGHT JOIN d.b ON TRUE", refused + "JOIN"},
		{"SELECT 1 FROM d.people, d.orders", refused + "JOIN"},
		{"SELECT 1 FROM (SELECT 1)", refused + "subqueries in FROM"},
		{"(SELECT 1)", refused + "queries in brackets"},
		{"SELECT 1 UNION ALL SELECT 2", refused + "UNION"},
		{"SELECT 1 INTERSECT DISTINCT SELECT 2", refused + "INTERSECT"},
		{"SELECT DISTINCT id FROM d.people", refused + "DISTINCT"},
		{"SELECT COUNT(DISTINCT id) FROM d.people", refused + "DISTINCT"},
		{"SELECT person FROM d.orders GROUP BY person HAVING COUNT(*) > 1", refused + "HAVING"},
		{"SELECT id FROM d.people ORDER BY name NULLS LAST", refused + "NULLS"},
		{"SELECT id FROM d.people WHERE name LIKE 'A%'", refused + "LIKE"},
		{"SELECT id FROM d.people WHERE name NOT LIKE 'A%'", refused + "LIKE"},
		{"SELECT CASE WHEN TRUE THEN 1 END", refused + "CASE"},
		{"SELECT IF(TRUE, 1, 2)", refused + "IF"},
		{"SELECT 'a' || 'b'", refused + "||"},
		{"SELECT 1 | 2", refused + "bitwise operators"},
		{"SELECT * EXCEPT (id) FROM d.people", refused + "* EXCEPT"},
		{"SELECT p.* FROM d.people p", refused + "p.*"},
		{"SELECT UPPER(name) FROM d.people", refused + "function UPPER"},
		{"SELECT SAFE_CAST('x' AS INT64)", refused + "function SAFE_CAST"},
		{"SELECT CURRENT_TIMESTAMP()", refused + "function CURRENT_TIMESTAMP"},
		{"SELECT COUNTIF(TRUE)", refused + "function COUNTIF"},
		{"SELECT COUNT(*) OVER () FROM d.people", refused + "window functions"},
		{"SELECT (SELECT 1)", refused + "subqueries in expressions"},
		{"SELECT 1 IN (SELECT 1)", refused + "subqueries in expressions"},
		{"SELECT [1, 2]", refused + "array literals"},
		{"SELECT (1, 2)", refused + "struct literals"},
		{"SELECT STRUCT(1)", refused + "STRUCT"},
		{"SELECT tags[0] FROM d.people", refused + "subscripts"},
		{"SELECT CAST('a' AS STRING FORMAT 'x')", refused + "CAST with FORMAT"},
		{"SELECT CAST(1 AS ARRAY)", refused + "CAST to ARRAY"},
		{"SELECT 1 IS DISTINCT FROM 2", refused + "IS DISTINCT FROM"},
		{"SELECT person FROM d.orders GROUP BY ROLLUP (person)", refused + "GROUP BY ROLLUP"},
		{"SELECT id FROM d.people GROUP BY COUNT(*)", "Aggregate functions are not allowed in GROUP BY"},
		{"SELECT SUM(name) FROM d.people", "No matching signature for aggregate function SUM for argument types: STRING"},
		{"SELECT SUM(*) FROM d.people", "Argument * can only be used in COUNT(*)"},
		{"SELECT tags FROM d.people ORDER BY tags", "ORDER BY does not support expressions of type ARRAY<STRING>"},
		{"SELECT tags FROM d.people GROUP BY tags", "Grouping by expressions of type ARRAY<STRING> is not allowed"},
		{"SELECT id FROM d.people LIMIT 'x'", "Expected integer literal or parameter"},
		{"SELECT id FROM d.people LIMIT @who", "Query parameter 'who' not found"},
		{"SELECT people FROM d.people", refused + "tables as values"},
		{"WITH a AS (SELECT 1) SELECT * FROM a", refused + "WITH"},
		{"SELECT 1 FROM UNNEST(x)", refused + "UNNEST in FROM"},
		{"SELECT 1 FROM `d.people*`", refused + "wildcard tables"},
		{"SELECT 1 FROM d.people TABLESAMPLE SYSTEM (1 PERCENT)", refused + "TABLESAMPLE"},
		{"SELECT " + strings.Repeat("(", 10_000) + "1", "Query is too complex"},
		{"SELECT " + strings.Repeat("- ", 10_000) + "1", "Query is too complex"},
		{"SELECT " + strings.Repeat("NOT ", 10_000) + "TRUE", "Query is too complex"},
		{"SELECT 1" + strings.Repeat(" + 1", 100_000), "Query is too complex"},
		{"SELECT x" + strings.Repeat(".x", 100_000), "Query is too complex"},
		{"SELECT '" + strings.Repeat("x", 1<<20) + "'", "The query is too large"},
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range faults() {
		_, _, err := run(tt[0])
		e, ok := errors.AsType[*sql.Error](err)
		unsupported := strings.HasPrefix(tt[1], "unsupported ")
		if !ok || e.Reason != "invalidQuery" || !strings.Contains(e.Message, tt[1]) || e.Unsupported != unsupported {
			t.Errorf("%.100s:\n got %v\nwant %s", tt[0], err, tt[1])
		}
	}
	if _, _, err := run("SELECT 1 FROM d.missing"); err != errMissing {
		t.Errorf("got %v, want the catalog's error", err)
	}
}

func TestKind(t *testing.T) {
	for _, tt := range [][2]string{
		{"SELECT 1;", "SELECT"},
		{"(SELECT 1)", "SELECT"},
		{"-- a\n;;SELECT 1;;", "SELECT"},
		{"SELECT 1; SELECT 2;", "SCRIPT"},
		{"BEGIN SELECT 1; END", "SCRIPT"},
		{"declare x int64 default 1", "SCRIPT"},
		{"CREATE OR REPLACE TEMP TABLE t AS SELECT 1", "CREATE_TABLE_AS_SELECT"},
		{"CREATE TABLE t (a INT64)", "CREATE_TABLE"},
		{"CREATE VIEW v AS SELECT 1", "CREATE_VIEW"},
		{"INSERT d.t VALUES (1)", "INSERT"},
		{"DELETE FROM d.t WHERE TRUE", "DELETE"},
		{"DROP TABLE d.t", "DROP_TABLE"},
		{"TRUNCATE TABLE d.t", "TRUNCATE_TABLE"},
		{"ALTER TABLE d.t ADD COLUMN a INT64", "ALTER_TABLE"},
		{"SELECT 'a;b' AS `c;d`", "SELECT"},
	} {
		if got, err := sql.Classify(tt[0]); err != nil || got != tt[1] {
			t.Errorf("%s: got %q, error %v, want %s", tt[0], got, err, tt[1])
		}
	}
}

func TestTables(t *testing.T) {
	for text, want := range map[string]sql.TableName{
		"SELECT 1 FROM `a-b.d.t`":            {"a-b", "d", "t"},
		"SELECT 1 FROM `example.com:p`.d.u":  {"example.com:p", "d", "u"},
		"SELECT 1 FROM a-b.d.t AS x WHERE 1": {"a-b", "d", "t"},
		"SELECT 1 FROM v":                    {"", "", "v"},
	} {
		q, err := sql.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff([]sql.TableName{want}, q.Tables()); diff != "" {
			t.Errorf("%s: tables differ (-want +got):\n%s", text, diff)
		}
	}
}

func TestFilter(t *testing.T) {
	people, _ := catalog{}.Table(context.Background(), sql.TableName{Dataset: "d", Table: "people"})
	for _, tt := range [][2]string{
		{"id > 1", "2; 3"}, {"name = 'Ann' OR born IS NULL", "1; 2"}, {"home.city >= 'R'", "3"}, {"paid > 2.0", "2"}, {"NULL", ""},
	} {
		keep, err := sql.Filter(tt[0], people.Columns, time.Time{})
		if err != nil {
			t.Errorf("%s: %v", tt[0], err)
			continue
		}
		var kept [][]sql.Value
		for _, row := range people.Rows {
			ok, err := keep(row)
			if err != nil {
				t.Errorf("%s: %v", tt[0], err)
			}
			if ok {
				kept = append(kept, row[:1])
			}
		}
		if got := show(kept); got != tt[1] {
			t.Errorf("%s: got %q, want %q", tt[0], got, tt[1])
		}
	}
	for _, bad := range []string{"", "id", "nope = 1", "id = 1; id = 2", "COUNT(*) > 1", "id = @p", "SELECT 1", "name LIKE 'A%'"} {
		if _, err := sql.Filter(bad, people.Columns, time.Time{}); err == nil {
			t.Errorf("%q: got it accepted", bad)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	q, err := sql.Parse("SELECT COUNT(*) FROM d.people a WHERE a.id > 0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := q.Prepare(t.Context(), sql.Session{Catalog: catalog{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func FuzzQuery(f *testing.F) {
	for _, tt := range selects() {
		f.Add(tt[0])
	}
	for _, tt := range faults() {
		if len(tt[0]) < 1000 {
			f.Add(tt[0])
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		columns, rows, err := run(text)
		if err != nil {
			if e, ok := errors.AsType[*sql.Error](err); !ok && err != errMissing || ok && e.Message == "" {
				t.Errorf("got %v, want an error that says what is wrong", err)
			}
			return
		}
		for _, row := range rows {
			if len(row) != len(columns) {
				t.Fatalf("got a row of %d values for %d columns", len(row), len(columns))
			}
		}
	})
}
