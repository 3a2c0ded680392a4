package guard

import (
	"strings"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const (
	javaURN   = "beam:transform:org.apache.beam:" // what the URNs of Java's transforms begin with
	pythonURN = "beam:transforms:python:fully_qualified_named"
)

// external are the transforms that another SDK executes, known by URN or by the identifier of a schema transform.
func external() []entry {
	return append(schemaTransforms(),
		entry{
			identity: javaURN + "schemaio_bigquery_write:v1", verdict: Unprotected,
			reason:      "creates tables and temporary tables, and accepts no key",
			replacement: ours("xlang/bigqueryio.Write", "a table"),
			place:       func(v values) string { return schemaIOConfig(v)["table"] },
		},
		entry{
			identity: javaURN + "schemaio_bigquery_read:v1", verdict: Unprotected,
			reason:      "copies what it reads to temporary tables or files, and accepts no key",
			replacement: ours("bigqueryio.Query", "a query"),
			place:       func(v values) string { return schemaIOConfig(v)["table"] },
		},
		entry{identity: javaURN + "bigquery_write:v1", verdict: Unprotected,
			reason:      "writes to BigQuery, and names no key that guard can read",
			replacement: ours("xlang/bigqueryio.Write", "a table")},
		entry{identity: "beam:transform:write_files:v1", verdict: Unprotected,
			reason: "creates files without a key", replacement: ours("textio.Write", "an object")},
		entry{identity: javaURN + "schemaio_jdbc_read:v1", verdict: ReadsOnly,
			reason: "runs a statement that guard does not read; make sure that it only selects"},
		entry{identity: javaURN + "schemaio_jdbc_write:v1", verdict: NoCMEK,
			reason: "a database behind JDBC is outside this module; make sure that its storage is encrypted with your key",
			place:  func(v values) string { return joined(" ", "table", first(v, "location", "Location")) }},
		entry{identity: javaURN + "kafka_read_without_metadata:v1", verdict: ReadsOnly},
		entry{identity: javaURN + "kafka_write:v1", verdict: NoCMEK,
			reason: "Kafka is outside Cloud KMS; make sure that the brokers' storage is encrypted with your key",
			place:  func(v values) string { return joined(" ", "topic", first(v, "topic", "Topic")) }},
		entry{identity: javaURN + "debezium_read:v1", verdict: Unprotected,
			reason:      "got a configuration that guard can't read, and may keep offsets in a file without a key",
			replacement: "leave out OffsetStoragePath",
			refine:      refineDebezium},
		entry{identity: "beam:transform:teststream:v1", verdict: Neutral},
		entry{identity: pythonURN, verdict: Unprotected,
			reason:      "runs Python code, which may write anywhere and does not get the job's key",
			replacement: "use a connector of github.com/cmekpipe/cmekpipe-go/cmekpipe/io for the write",
			refine:      refinePython},
		entry{identity: "beam:external:java:sql:v1", verdict: Unprotected,
			reason:      "runs SQL that may write to external tables, which only the expansion service knows",
			replacement: "compute in Go, and use a connector of github.com/cmekpipe/cmekpipe-go/cmekpipe/io for the write"},
	)
}

// schemaTransforms are known by the identifier in their payload. Those of BigQuery accept a key in a field.
func schemaTransforms() []entry {
	const prefix = "beam:schematransform:org.apache.beam:"
	var out []entry
	for _, name := range []string{
		"bigquery_write:v1", "bigquery_storage_write:v2", "bigquery_fileloads:v1",
	} {
		out = append(out, entry{
			identity: prefix + name, verdict: Unprotected,
			reason:      "got no kms_key",
			replacement: "set kms_key to the name of a key, or " + ours("xlang/bigqueryio.Write", "a table"),
			place:       func(v values) string { return first(v, "table", "table_spec") },
			refine:      refineKMSKey,
		})
	}
	return append(out,
		entry{
			identity: prefix + "bigquery_storage_read:v1", verdict: Unprotected,
			reason:      "got a configuration without a table_spec that guard can read",
			replacement: "read a table, or use " + connectorPath + "xlang/bigqueryio.Read",
			place:       func(v values) string { return v["table_spec"] },
			refine:      refineStorageRead,
		},
		entry{identity: prefix + "bigtable_read:v1", verdict: ReadsOnly},
		entry{identity: "beam:transform:managed:v1", verdict: Unprotected,
			reason:      "runs a transform that only its configuration names, which guard does not read",
			replacement: "call the schema transform that the configuration names by its own identifier"},
	)
}

// refineKMSKey accepts a schema transform whose payload names a key. The field has had two spellings.
func refineKMSKey(v values, t *Transform) {
	name := first(v, "kms_key", "kmsKey")
	if name == "" {
		return
	}
	key, err := cmekpipe.ParseKeyName(name)
	if err != nil {
		t.Reason = "got a kms_key that is no key's name: " + cause(err)
		return
	}
	t.Verdict, t.Kind, t.Key, t.Replacement = Protected, cmekpipe.KindBigQueryTable, key, ""
	t.Reason = "names the key in kms_key; temporary datasets are encrypted with the project's default key, which guard does not check"
}

// refineStorageRead distinguishes the direct read of a table, which creates nothing, from a query, for which Java creates a
// temporary dataset.
func refineStorageRead(v values, t *Transform) {
	switch {
	case v["query"] != "":
		t.Reason = "runs a query, for which Java creates a temporary dataset without a key, whatever kms_key says"
		t.Replacement = ours("bigqueryio.Query", "a query")
	case v["table_spec"] != "":
		t.Verdict, t.Reason, t.Replacement = ReadsOnly, "", ""
	}
}

// refineDebezium refuses the one setting by which this source writes.
func refineDebezium(v values, t *Transform) {
	if v == nil {
		return
	}
	path := first(v, "offsetStoragePath", "OffsetStoragePath")
	if path == "" {
		t.Verdict, t.Reason, t.Replacement = ReadsOnly, "", ""
		return
	}
	t.Reason = "keeps its offsets in a file without a key"
	if t.Destination = path; !strings.HasPrefix(path, "gs://") {
		t.Destination = "OffsetStoragePath"
	}
}

// refinePython recognizes the two Python transforms for which Beam's Go SDK has functions.
func refinePython(v values, t *Transform) {
	switch v["constructor"] {
	case "apache_beam.dataframe.transforms.DataframeTransform", "apache_beam.ml.inference.base.RunInference.from_callable":
		t.Verdict, t.Replacement = Opaque, ""
		t.Reason = "calls your own Python code; guard cannot determine where it writes"
	}
}

// schemaIOConfig reads the row inside the payload of a BigQuery SchemaIO transform, which comes without a schema: four
// strings, each of which may be null.
func schemaIOConfig(v values) values {
	schema := &pipepb.Schema{}
	for _, name := range []string{"table", "query", "queryLocation", "createDisposition"} {
		schema.Fields = append(schema.Fields, &pipepb.Field{Name: name, Type: &pipepb.FieldType{Nullable: true,
			TypeInfo: &pipepb.FieldType_AtomicType{AtomicType: pipepb.AtomicType_STRING}}})
	}
	return completeRow(schema, []byte(first(v, "config", "Config")))
}

// first returns the first value that is there.
func first(v values, names ...string) string {
	for _, name := range names {
		if v[name] != "" {
			return v[name]
		}
	}
	return ""
}
