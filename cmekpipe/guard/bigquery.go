package guard

import (
	"fmt"
	"regexp"
)

// bigQuery are the connectors of package io/bigqueryio, which name no key anywhere. Both sides create tables: a read
// is a query, and a query without a destination fills an anonymous table.
func bigQuery() []entry {
	table := func(v values) string { return joined(".", v["Table.Project"], v["Table.Dataset"], v["Table.Table"]) }
	return []entry{
		{
			identity: "/io/bigqueryio.writeFn", verdict: Unprotected,
			reason:      "streams into a table without checking its key",
			replacement: ours("bigqueryio.Write", "a table"),
			call: func(v values) string {
				return "bigqueryio.Write(s, " + created("BigQueryTable", table(v), "PROJECT.DATASET.TABLE") + ", col)"
			},
			place: table,
			refine: func(v values, t *Transform) {
				if v["Options.CreateDisposition"] != "CREATE_NEVER" {
					t.Reason = "creates the table without a key if it is missing, and does not check its key if it exists"
				}
			},
		},
		{
			identity: "/io/bigqueryio.queryFn", verdict: Unprotected,
			reason:      "fills an anonymous table with a copy of what it reads, without a key",
			replacement: ours("bigqueryio.Query", "a project"),
			call:        callQuery,
			place:       func(v values) string { return joined(" ", "an anonymous table in project", v["Project"]) },
			refine: func(v values, t *Transform) {
				if table := tableOfRead(v["Query"]); table != "" {
					t.Replacement = fmt.Sprintf("use %sbigqueryio.Read, which creates no table: bigqueryio.Read(s, %q, %q, t)",
						connectorPath, known(v["Project"], "PROJECT"), table)
				}
			},
		},
	}
}

// callQuery writes the call that replaces a query. The statement is never shown.
func callQuery(v values) string {
	return "bigqueryio.Query(s, " + created("BigQueryProject", v["Project"], "PROJECT") + ", sql, t)"
}

// wholeTable is the statement that Beam's bigqueryio.Read makes of a table and the columns of a type.
var wholeTable = regexp.MustCompile(`^SELECT [\w, ]+ FROM \[([a-z0-9.:-]+:\w+\.[\w$-]+)\]$`)

// tableOfRead returns the table that a statement of Beam's bigqueryio.Read reads as a whole; "" for another statement.
func tableOfRead(statement string) string {
	if found := wholeTable.FindStringSubmatch(statement); found != nil {
		return found[1]
	}
	return ""
}
