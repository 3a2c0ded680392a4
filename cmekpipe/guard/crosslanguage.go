package guard

import (
	"strings"

	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

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
			call:        func(v values) string { return callXlangWrite(first(v, "table", "table_spec")) },
			place:       func(v values) string { return first(v, "table", "table_spec") },
			refine:      refineKMSKey,
		})
	}
	return append(out,
		entry{
			identity: prefix + "bigquery_storage_read:v1", verdict: Unprotected,
			reason:      "got a configuration without a table_spec that guard can read",
			replacement: "read a table, or use " + connectorPath + "xlang/bigqueryio.Read: bigqueryio.Read(s, \"PROJECT:DATASET.TABLE\", t)",
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
		t.Reason = "got a kms_key that is no key's name: " + causeWithoutValues(err)
		return
	}
	t.Verdict, t.Kind, t.Key, t.Replacement = Protected, cmekpipe.KindBigQueryTable, key, ""
	t.Reason = "names the key in kms_key"
	t.Caveat = "the key of a table that exists, which kms_key does not change, and temporary datasets, which are encrypted with the " +
		"project's default key"
}

// callXlangWrite writes the call of this module's write through Java. Beam separates a table's project by a colon.
func callXlangWrite(table string) string {
	if project, rest, ok := strings.Cut(table, ":"); ok && !strings.Contains(project, ".") {
		table = project + "." + rest
	}
	if strings.Count(table, ".") != 2 {
		table = "PROJECT.DATASET.TABLE"
	}
	return "bigqueryio.Write(s, " + created("BigQueryTable", table, "PROJECT.DATASET.TABLE") + ", col)"
}

// jdbcService returns what a JDBC transform reaches, by the URL in its configuration, which holds a password too.
func jdbcService(v values) service {
	config := strings.ToLower(first(v, "config", "Config"))
	for _, known := range []struct {
		text    string
		service service
	}{
		{"jdbc:cloudspanner:", spannerService}, {"jdbc:bigquery:", bigQueryService}, {"com.google.cloud.sql.", cloudSQL},
		{"com.google.cloud.alloydb.", cloudSQL}, {"jdbc:sqlite:", localFile}, {"jdbc:h2:", localFile},
		{"jdbc:duckdb:", localFile}, {"jdbc:derby:", localFile}, {"jdbc:hsqldb:", localFile},
	} {
		if strings.Contains(config, known.text) {
			return known.service
		}
	}
	return otherService
}

// refineStorageRead distinguishes the direct read of a table, which creates nothing, from a query, for which Java creates a
// temporary dataset.
func refineStorageRead(v values, t *Transform) {
	switch {
	case v["query"] != "":
		t.Reason = "runs a query, for which Java creates a temporary dataset without a key, whatever kms_key says"
		t.Replacement = ours("bigqueryio.Query", "a project") + ": " + callQuery(nil)
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
	if t.Destination = shownURL(path); !strings.HasPrefix(path, "gs://") {
		t.Destination = "OffsetStoragePath"
	}
}

// refinePython recognizes the two Python transforms for which Beam's Go SDK has functions.
func refinePython(v values, t *Transform) {
	switch v["constructor"] {
	case "apache_beam.dataframe.transforms.DataframeTransform", "apache_beam.ml.inference.base.RunInference.from_callable":
		t.Verdict, t.Replacement = Opaque, ""
		t.Reason = "calls your own Python code; " + undetermined
		t.UserCode = []string{v["constructor"]}
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
