package guard

// bigQuery are the connectors of package io/bigqueryio, which name no key anywhere. Both sides create tables: a read
// is a query, and a query without a destination fills an anonymous table.
func bigQuery() []entry {
	return []entry{
		{
			identity: "/io/bigqueryio.writeFn", verdict: Unprotected,
			reason:      "streams into a table without checking its key",
			replacement: ours("bigqueryio.Write", "a table"), method: "BigQueryTable",
			place: func(v values) string {
				return joined(".", v["Table.Project"], v["Table.Dataset"], v["Table.Table"])
			},
			refine: func(v values, t *Transform) {
				if v["Options.CreateDisposition"] != "CREATE_NEVER" {
					t.Reason = "creates the table without a key if it is missing, and does not check its key if it exists"
				}
			},
		},
		{
			identity: "/io/bigqueryio.queryFn", verdict: Unprotected,
			reason:      "fills an anonymous table with a copy of what it reads, without a key",
			replacement: ours("bigqueryio.Query", "a query"),
			place:       func(v values) string { return joined(" ", "an anonymous table in project", v["Project"]) },
		},
	}
}
