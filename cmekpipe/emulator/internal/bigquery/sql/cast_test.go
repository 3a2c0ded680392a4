package sql_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/sql"
)

func TestCastsBetweenTheScalarTypes(t *testing.T) {
	values := []struct{ kind, literal string }{
		{"BOOL", "TRUE"}, {"INT64", "1"}, {"FLOAT64", "1.5"}, {"NUMERIC", "NUMERIC '1.5'"}, {"BIGNUMERIC", "BIGNUMERIC '1.5'"},
		{"STRING", "'1'"}, {"BYTES", "b'1'"}, {"DATE", "DATE '2026-02-03'"}, {"TIME", "TIME '12:00:00.5'"},
		{"DATETIME", "DATETIME '2026-02-03 12:00:00.5'"}, {"TIMESTAMP", "TIMESTAMP '2026-02-03 12:00:00.5+00'"},
	}
	numbers := map[string]string{"INT64": "2", "FLOAT64": "1.5", "NUMERIC": "3/2", "BIGNUMERIC": "3/2", "STRING": "1.5"}
	whole := map[string]string{"BOOL": "true", "INT64": "1", "FLOAT64": "1", "NUMERIC": "1", "BIGNUMERIC": "1", "STRING": "1", "BYTES": `"1"`}
	want := map[string]map[string]string{ // a pair that is not here is refused
		"BOOL":       {"BOOL": "true", "INT64": "1", "STRING": "true"},
		"INT64":      {"BOOL": "true", "INT64": "1", "FLOAT64": "1", "NUMERIC": "1", "BIGNUMERIC": "1", "STRING": "1"},
		"FLOAT64":    numbers,
		"NUMERIC":    numbers,
		"BIGNUMERIC": numbers,
		"STRING":     whole,
		"BYTES":      {"STRING": "1", "BYTES": `"1"`},
		"DATE":       {"STRING": "2026-02-03", "DATE": "2026-02-03", "DATETIME": "2026-02-03T00:00:00", "TIMESTAMP": "2026-02-03T00:00:00Z"},
		"TIME":       {"STRING": "12:00:00.500", "TIME": "12:00:00.500000000"},
		"DATETIME": {"STRING": "2026-02-03 12:00:00.500", "DATE": "2026-02-03", "TIME": "12:00:00.500000000",
			"DATETIME": "2026-02-03T12:00:00.500000000", "TIMESTAMP": "2026-02-03T12:00:00.5Z"},
		"TIMESTAMP": {"STRING": "2026-02-03 12:00:00.500+00", "DATE": "2026-02-03", "TIME": "12:00:00.500000000",
			"DATETIME": "2026-02-03T12:00:00.500000000", "TIMESTAMP": "2026-02-03T12:00:00.5Z"},
	}
	// A text that is no date or time is refused when the query runs, not before.
	atRun := []string{"DATE", "TIME", "DATETIME", "TIMESTAMP"}
	for _, from := range values {
		for _, to := range values {
			text := "SELECT CAST(" + from.literal + " AS " + to.kind + ")"
			columns, rows, err := run(text)
			value, ok := want[from.kind][to.kind]
			switch {
			case ok && (err != nil || show(rows) != value || columns[0].Type.String() != to.kind):
				t.Errorf("%s: got %s of %v, %v, want %s", text, show(rows), columns, err, value)
			case !ok && from.kind == "STRING" && slices.Contains(atRun, to.kind):
				if err == nil || !strings.Contains(err.Error(), "Could not cast literal or value to type "+to.kind) {
					t.Errorf("%s: got %v, %v, want a refusal", text, show(rows), err)
				}
			case !ok && (err == nil || !strings.Contains(err.Error(), "Invalid cast from "+from.kind+" to "+to.kind)):
				t.Errorf("%s: got %s, %v, want an invalid cast", text, show(rows), err)
			}
			if _, rows, err := run("SELECT CAST(NULL AS " + to.kind + ")"); err != nil || show(rows) != "NULL" {
				t.Errorf("NULL as %s: got %s, %v", to.kind, show(rows), err)
			}
		}
	}
}

func TestCastsAtTheBoundsOfTheTypes(t *testing.T) {
	const (
		mostBig  = "578960446186580977117854925043439539266.34992332820282019728792003956564819967"
		leastBig = "-578960446186580977117854925043439539266.34992332820282019728792003956564819968"
	)
	for _, tt := range []struct{ expression, want, fault string }{
		{"CAST('9223372036854775807' AS INT64)", "9223372036854775807", ""},
		{"CAST('9223372036854775808' AS INT64)", "", "Could not cast literal or value to type INT64"},
		{"CAST(9.3e18 AS INT64)", "", "the number is no INT64"},
		{"CAST(-9223372036854775808.0 AS INT64)", "-9223372036854775808", ""},
		{"CAST(NUMERIC '9223372036854775807.4' AS INT64)", "9223372036854775807", ""},
		{"CAST(NUMERIC '9223372036854775807.5' AS INT64)", "", "int64 out of range"},
		{"CAST(0.5 AS INT64), CAST(-0.5 AS INT64), CAST(1.5 AS INT64)", "1,-1,2", ""},
		{"CAST(1e30 AS NUMERIC)", "", "numeric overflow"},
		{"CAST('-99999999999999999999999999999.999999999' AS NUMERIC) = -99999999999999999999999999999.999999999", "true", ""},
		{"CAST(BIGNUMERIC '1e29' AS NUMERIC)", "", "numeric overflow"},
		{"CAST(BIGNUMERIC '" + mostBig + "' AS STRING)", mostBig, ""},
		{"CAST(BIGNUMERIC '" + leastBig + "' AS STRING)", leastBig, ""},
		{"BIGNUMERIC '" + leastBig[1:] + "'", "", "Invalid BIGNUMERIC literal"},
		{"BIGNUMERIC '" + leastBig + "' - BIGNUMERIC '1e-38'", "", "bignumeric overflow"},
		{"-BIGNUMERIC '" + mostBig + "' - BIGNUMERIC '1e-38' < 0", "true", ""},
		{"NUMERIC '1e99999'", "", "Invalid NUMERIC literal"},
		{"CAST('NaN' AS FLOAT64) = CAST('NaN' AS FLOAT64), CAST('NaN' AS FLOAT64) != 1", "false,true", ""},
		{"CAST(CAST('-inf' AS FLOAT64) AS STRING), CAST(CAST('inf' AS FLOAT64) AS STRING), CAST(CAST('nan' AS FLOAT64) AS STRING)", "-inf,inf,NaN", ""},
		{"CAST(CAST('inf' AS FLOAT64) AS INT64)", "", "non-finite floating point number"},
		{"CAST(CAST('nan' AS FLOAT64) AS NUMERIC)", "", "non-finite floating point number"},
		{"CAST(b'\\xff' AS STRING)", "", "invalid UTF-8"},
		{"DATE '0001-01-01', DATE '9999-12-31'", "0001-01-01,9999-12-31", ""},
		{"DATE '0000-12-31'", "", "Invalid DATE literal"},
		{"DATE '10000-01-01'", "", "Invalid DATE literal"},
		{"DATE '2025-02-29'", "", "Invalid DATE literal"},
		{"TIMESTAMP '9999-12-31 23:59:59.9999999+00'", "9999-12-31T23:59:59.999999Z", ""},
		{"TIMESTAMP '9999-12-31 23:59:59-01'", "", "Invalid TIMESTAMP literal"},
		{"TIMESTAMP '0001-01-01 00:00:00+01'", "", "Invalid TIMESTAMP literal"},
		{"DATETIME '2026-02-03 12:00:00Z'", "", "Invalid DATETIME literal"},
		{"TIME '23:59:59.9999999'", "23:59:59.999999000", ""},
		{"TIME '24:00:00'", "", "Invalid TIME literal"},
		{"JSON '{\"a\":[1]}'", `{"a":[1]}`, ""},
		{"JSON '{'", "", "Invalid JSON literal"},
		{"CAST(JSON '1' AS STRING)", "", "Invalid cast from JSON to STRING"},
		{"- -9223372036854775807, -(-1.5), -NUMERIC '2', -NULL", "9223372036854775807,1.5,-2,NULL", ""},
		{"-(-9223372036854775808)", "", "int64 overflow: -"},
		{"-9223372036854775808 * -1", "", "int64 overflow: *"},
		{"-9223372036854775808 - 1", "", "int64 overflow: -"},
		{"1.5 / 0", "", "division by zero"},
		{"NUMERIC '1' / 0", "", "division by zero"},
		{"NULL / 0, NULL + 1, 1 * NULL", "NULL,NULL,NULL", ""},
		{"- 'a'", "", "No matching signature for operator - for argument types: STRING"},
	} {
		_, rows, err := run("SELECT " + tt.expression)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%s: got %s, %v, want %q", tt.expression, show(rows), err, tt.fault)
			}
			continue
		}
		if err != nil || show(rows) != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.expression, show(rows), err, tt.want)
		}
	}
}

func TestValuesOfEachTypeAreOrderedAndGrouped(t *testing.T) {
	for kind, pair := range map[string][2]string{
		"BOOL": {"FALSE", "TRUE"}, "INT64": {"-1", "0"}, "FLOAT64": {"CAST('nan' AS FLOAT64)", "-1.5"},
		"NUMERIC": {"NUMERIC '-1'", "NUMERIC '0.1'"}, "BIGNUMERIC": {"BIGNUMERIC '-1'", "BIGNUMERIC '1e-38'"}, "STRING": {"'B'", "'a'"},
		"BYTES": {"b'\\x00'", "b'\\xff'"}, "DATE": {"DATE '1969-12-31'", "DATE '1970-01-01'"}, "TIME": {"TIME '01:00:00'", "TIME '02:00:00'"},
		"DATETIME":  {"DATETIME '1969-12-31 23:00:00'", "DATETIME '1970-01-01 00:00:00'"},
		"TIMESTAMP": {"TIMESTAMP '1970-01-01 01:00:00+02'", "TIMESTAMP '1970-01-01 00:00:00+00'"},
	} {
		less, more := pair[0], pair[1]
		want := "true,true,false,true"
		if strings.Contains(less, "nan") { // NaN is not less than anything
			want = "false,false,false,true"
		}
		text := fmt.Sprintf("SELECT %[1]s < %[2]s, %[1]s <= %[2]s, %[1]s >= %[2]s, %[1]s != %[2]s", less, more)
		if _, rows, err := run(text); err != nil || show(rows) != want {
			t.Errorf("%s: got %s, %v, want %s", text, show(rows), err, want)
		}
		for _, order := range []string{"ASC", "DESC"} {
			key := fmt.Sprintf("CAST(@p AS %s)", kind)
			grouped := "SELECT COUNT(*), MIN(" + key + ") = MAX(" + key + ") FROM d.people GROUP BY " + key + " ORDER BY " + key + " " + order
			_, value, err := run("SELECT " + more)
			if err != nil {
				t.Fatal(err)
			}
			p := sql.Parameter{Name: "p", Type: sql.Type{Kind: sql.Kind(kind)}, Value: value[0][0]}
			if _, rows, err := run(grouped, p); err != nil || show(rows) != "3,true" {
				t.Errorf("%s: got %s, %v, want one group of 3", grouped, show(rows), err)
			}
		}
	}
}

func TestStatementsThatAreNoSelectAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"UPDATE d.t SET a = 1 WHERE TRUE": "UPDATE", "MERGE d.t USING d.u ON TRUE WHEN MATCHED THEN DELETE": "MERGE",
		"INSERT INTO d.t VALUES (1)": "INSERT", "DELETE d.t WHERE TRUE": "DELETE", "TRUNCATE TABLE d.t": "TRUNCATE_TABLE",
		"CREATE SCHEMA d": "CREATE_SCHEMA", "DROP VIEW d.v": "DROP_VIEW", "DROP SCHEMA d": "DROP_SCHEMA",
		"CREATE OR REPLACE TABLE d.t AS SELECT 1": "CREATE_TABLE_AS_SELECT", "CREATE FUNCTION f() AS (1)": "CREATE_FUNCTION",
	} {
		_, _, err := run(text)
		e, ok := errors.AsType[*sql.Error](err)
		if !ok || !e.Unsupported || e.Message != "unsupported query construct "+want+" statements" {
			t.Errorf("%s: got %v, want %s named", text, err, want)
		}
	}
}

func TestConstructsThatAreRefusedAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT CAST(1 AS NUMERIC(10, 2))": "types with parameters", "SELECT CAST(NULL AS STRUCT<a INT64>)": "CAST to STRUCT",
		"SELECT CAST('1' AS INTERVAL)": "CAST to INTERVAL", "SELECT INTERVAL 1 DAY": "INTERVAL", "SELECT EXTRACT(YEAR FROM DATE '2026-01-01')": "EXTRACT",
		"SELECT EXISTS (SELECT 1)": "EXISTS", "SELECT ARRAY(SELECT 1)": "ARRAY", "SELECT ARRAY_AGG(id) FROM d.people": "function ARRAY_AGG",
		"SELECT id FROM d.people EXCEPT DISTINCT SELECT 1": "EXCEPT", "SELECT id FROM d.people CROSS JOIN d.orders": "JOIN",
		"SELECT id FROM d.people QUALIFY TRUE": "QUALIFY", "SELECT id FROM d.people WINDOW w AS ()": "WINDOW",
		"SELECT AS STRUCT 1": "SELECT AS", "SELECT * REPLACE (1 AS id) FROM d.people": "* REPLACE", "SELECT ~1": "bitwise operators",
		"SELECT 1 << 2": "bitwise operators", "SELECT 1 & 2": "bitwise operators", "SELECT COUNT(id ORDER BY id) FROM d.people": "ORDER",
		"SELECT id FROM d.people FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()": "FOR SYSTEM_TIME", "SELECT id FROM d.people PIVOT (SUM(id) FOR id IN (1))": "PIVOT",
		"SELECT id FROM d.people p UNPIVOT (a FOR b IN (id))": "UNPIVOT",
		"SELECT id FROM d.people GROUP BY CUBE (id)":          "GROUP BY CUBE", "SELECT id FROM d.people GROUP BY ALL": "GROUP BY ALL",
	} {
		_, _, err := run(text)
		e, ok := errors.AsType[*sql.Error](err)
		if !ok || !e.Unsupported || e.Message != "unsupported query construct "+want {
			t.Errorf("%s: got %v, want %q named", text, err, want)
		}
	}
}
