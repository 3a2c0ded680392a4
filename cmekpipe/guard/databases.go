package guard

import (
	"fmt"
	"slices"
	"strings"
)

// databases are the connectors to databases. On Google Cloud the key belongs to the database, instance or cluster, so
// that a writer that names none shows nothing about the key. The operators of other databases encrypt their rows.
func databases() []entry {
	bigtable := func(identity, call string) entry {
		table := func(v values) string {
			return joined("", "projects/", v["Project"], "/instances/", v["InstanceID"], "/tables/", v["TableName"])
		}
		return entry{
			identity: identity, verdict: Unprotected,
			reason:      "writes cells without checking the keys of the instance's clusters",
			replacement: ours(call, "a table"),
			call: func(v values) string {
				return "bigtableio.Write(s, " +
					created("BigtableTable", table(v), "projects/PROJECT/instances/INSTANCE/tables/TABLE") + ", col)"
			},
			place: table,
		}
	}
	return []entry{
		{
			identity: "/io/spannerio.writeFn", verdict: Unprotected,
			reason:      "writes rows without checking the database's key",
			replacement: ours("spannerio.Write", "a database"),
			call: func(v values) string {
				return fmt.Sprintf("spannerio.Write(s, %s, %q, col)", created("SpannerDatabase", v["Database"], spannerForm),
					known(v["Table"], "TABLE"))
			},
			place:  func(v values) string { return joined("/tables/", v["Database"], v["Table"]) },
			refine: refineSpanner,
		},
		bigtable("/io/bigtableio.writeFn", "bigtableio.Write"),
		bigtable("/io/bigtableio.writeBatchFn", "bigtableio.Write"),
		{
			identity: "/io/databaseio.writeFn", verdict: NoCMEK,
			reason: "a database behind database/sql is outside this module; make sure that its storage is encrypted with your key",
			// The DSN holds a password.
			place:  func(v values) string { return joined(" ", "table", v["Table"], "through driver", v["Driver"]) },
			refine: refineSQLWrite,
		},
		{
			identity: "/io/databaseio.queryFn", verdict: ReadsOnly, caveat: unreadStatement,
			reason: "runs a statement that guard does not read; make sure that it only selects",
			refine: refineSQLQuery,
		},
		{
			identity: "/io/mongodbio.writeFn", verdict: NoCMEK,
			reason: "MongoDB is outside Cloud KMS; make sure that its storage is encrypted with your key",
			// The URI holds a password.
			place: func(v values) string { return joined(".", v["Database"], v["Collection"]) },
		},
	}
}

const (
	spannerForm     = "projects/PROJECT/instances/INSTANCE/databases/DATABASE"
	unreadStatement = "the statement: it may write"
	cloudSQLReason  = "Cloud SQL and AlloyDB encrypt with the key of the instance or cluster, which guard does not check; " +
		"make sure that it is yours"
)

// refineSpanner refuses the field by which a DoFn of spannerio leaves Google Cloud. No function of Beam sets it.
func refineSpanner(v values, t *Transform) {
	if v["TestEndpoint"] != "" {
		t.Verdict = Unprotected
		t.Reason = "has TestEndpoint set, which sends rows to another service than Spanner"
		t.Replacement = ours("spannerio", "a database")
	}
}

// service is what a driver of database/sql or JDBC reaches.
type service int

const (
	otherService service = iota
	spannerService
	bigQueryService
	cloudSQL
	localFile
)

// driverService returns what a driver of database/sql reaches, by the names under which drivers register themselves.
func driverService(driver string) service {
	name := strings.ToLower(driver)
	switch {
	case strings.Contains(name, "spanner"):
		return spannerService
	case strings.Contains(name, "bigquery"):
		return bigQueryService
	case strings.Contains(name, "cloudsql"), strings.Contains(name, "cloud-sql"), strings.Contains(name, "alloydb"):
		return cloudSQL
	case strings.Contains(name, "sqlite"), slices.Contains([]string{"duckdb", "ql", "ql2", "ql-mem", "ramsql", "chai", "genji"}, name):
		return localFile
	}
	return otherService
}

// refineSQLWrite distinguishes databases of Google Cloud, for which this module has connectors, and files of the worker.
func refineSQLWrite(v values, t *Transform) { refineRowsFor(driverService(v["Driver"]), v["Table"], t) }

func refineRowsFor(s service, table string, t *Transform) {
	switch s {
	case spannerService:
		t.refuse("writes rows without checking the database's key", fmt.Sprintf("%s: spannerio.Write(s, %s, %q, col)",
			ours("spannerio.Write", "a database"), created("SpannerDatabase", "", spannerForm), known(table, "TABLE")))
	case bigQueryService:
		t.refuse("writes rows without checking the table's key", fmt.Sprintf("%s: bigqueryio.Write(s, %s, col)",
			ours("bigqueryio.Write", "a table"), created("BigQueryTable", "", "PROJECT.DATASET."+known(table, "TABLE"))))
	case cloudSQL:
		t.Reason = cloudSQLReason
	case localFile:
		t.Verdict = Local
		t.Reason = "writes to a database on the disk of the machine that runs it, which Dataflow deletes with the worker"
	}
}

// refineSQLQuery distinguishes queries of BigQuery, each of which fills a table.
func refineSQLQuery(v values, t *Transform) {
	t.UserCode = []string{t.Identity}
	refineQueryFor(driverService(v["Driver"]), t)
}

func refineQueryFor(s service, t *Transform) {
	switch s {
	case bigQueryService:
		t.refuse("fills an anonymous table with a copy of what it reads, without a key",
			ours("bigqueryio.Query", "a project")+": "+callQuery(nil))
		t.UserCode, t.Caveat = nil, ""
	case spannerService:
		t.Caveat += fmt.Sprintf("; %sspannerio.Query(s, %q, sql, t) runs queries in a read-only transaction", connectorPath, spannerForm)
	}
}
