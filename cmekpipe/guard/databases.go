package guard

// databases are the connectors to databases. On Google Cloud the key belongs to the database, instance or cluster, so
// that a writer that names none shows nothing about the key. The operators of other databases encrypt their rows.
func databases() []entry {
	bigtable := func(identity, call string) entry {
		return entry{
			identity: identity, verdict: Unprotected,
			reason:      "writes cells without checking the keys of the instance's clusters",
			replacement: ours(call, "a table"), method: "BigtableTable",
			place: func(v values) string {
				return joined("", "projects/", v["Project"], "/instances/", v["InstanceID"], "/tables/", v["TableName"])
			},
		}
	}
	return []entry{
		{
			identity: "/io/spannerio.writeFn", verdict: Unprotected,
			reason:      "writes rows without checking the database's key",
			replacement: ours("spannerio.Write", "a database"),
			place:       func(v values) string { return joined("/tables/", v["Database"], v["Table"]) },
			refine:      refineSpanner,
		},
		bigtable("/io/bigtableio.writeFn", "bigtableio.Write"),
		bigtable("/io/bigtableio.writeBatchFn", "bigtableio.Write"),
		{
			identity: "/io/databaseio.writeFn", verdict: NoCMEK,
			reason: "a database behind database/sql is outside this module; make sure that its storage is encrypted with your key",
			// The DSN holds a password.
			place: func(v values) string { return joined(" ", "table", v["Table"], "through driver", v["Driver"]) },
		},
		{
			identity: "/io/mongodbio.writeFn", verdict: NoCMEK,
			reason: "MongoDB is outside Cloud KMS; make sure that its storage is encrypted with your key",
			// The URI holds a password.
			place: func(v values) string { return joined(".", v["Database"], v["Collection"]) },
		},
	}
}

// refineSpanner refuses the field by which a DoFn of spannerio leaves Google Cloud. No function of Beam sets it.
func refineSpanner(v values, t *Transform) {
	if v["TestEndpoint"] != "" {
		t.Verdict = Unprotected
		t.Reason = "has TestEndpoint set, which sends rows to another service than Spanner"
		t.Replacement = ours("spannerio", "a database")
	}
}
