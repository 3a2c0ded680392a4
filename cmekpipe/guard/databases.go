package guard

// databases are the connectors to databases. On Google Cloud the key belongs to the database, instance or cluster, so
// that a writer which names none proves nothing. Rows of other databases are for their operators to encrypt.
func databases() []entry {
	bigtable := func(identity, call string) entry {
		return entry{
			identity: identity, verdict: Unprotected,
			reason:      "writes cells without looking at the key of the instance's clusters",
			replacement: ours(call, "a table"), method: "BigtableTable",
			place: func(v values) string {
				return joined("", "projects/", v["Project"], "/instances/", v["InstanceID"], "/tables/", v["TableName"])
			},
		}
	}
	return []entry{
		{
			identity: "/io/spannerio.writeFn", verdict: Unprotected,
			reason:      "writes rows without looking at the database's key",
			replacement: ours("spannerio.Write", "a database"),
			place:       func(v values) string { return joined("/tables/", v["Database"], v["Table"]) },
			refine:      refineSpanner,
		},
		bigtable("/io/bigtableio.writeFn", "bigtableio.Write"),
		bigtable("/io/bigtableio.writeBatchFn", "bigtableio.Write"),
		{
			identity: "/io/databaseio.writeFn", verdict: NoCMEK,
			reason: "a database behind database/sql is outside this module; see to it that a key of yours encrypts its storage",
			// The DSN holds a password.
			place: func(v values) string { return joined(" ", "table", v["Table"], "through driver", v["Driver"]) },
		},
		{
			identity: "/io/mongodbio.writeFn", verdict: NoCMEK,
			reason: "MongoDB is outside Cloud KMS; see to it that its storage is encrypted with a key of yours",
			// The URI holds a password.
			place: func(v values) string { return joined(".", v["Database"], v["Collection"]) },
		},
	}
}

// refineSpanner refuses the field by which a DoFn of spannerio leaves Google Cloud. No function of Beam sets it.
func refineSpanner(v values, t *Transform) {
	if v["TestEndpoint"] != "" {
		t.Verdict = Unprotected
		t.Reason = "has TestEndpoint set, which sends rows somewhere else than Spanner"
		t.Replacement = ours("spannerio", "a database")
	}
}
