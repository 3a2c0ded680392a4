package guard_test

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	xlangbigquery "github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/bigqueryio"
	xlangbigtable "github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/bigtableio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/debeziumio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/jdbcio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/xlang/kafkaio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/sql"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/dataframe"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/inference"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

const offline = "fake:beam:transform:org.example:harmless:v1"

// bigQueryWrite is the configuration of BigQuery's schema transforms, as far as these tests need it.
type bigQueryWrite struct {
	Table  string  `beam:"table"`
	KMSKey *string `beam:"kms_key"`
	Many   []string
	More   map[string]int64
	Last   bool
}

// storageRead is the configuration of BigQuery's direct reads, as far as these tests need it.
type storageRead struct {
	TableSpec string `beam:"table_spec"`
	Query     string `beam:"query"`
	KMSKey    string `beam:"kms_key"`
}

type wrongSpelling struct {
	Table  string `beam:"table"`
	KMSKey string `beam:"KMS_KEY"`
}

func crossLanguageCases() []connector {
	all := append(javaCases(), schemaCases()...)
	sqlRefused := finding{Path: "sql", Verdict: guard.Unprotected, Instead: "compute in Go", Why: "SQL"}
	python := func(why string) []finding {
		return []finding{{Path: "fully_qualified_named", Verdict: guard.Opaque, Why: why}}
	}
	return append(all,
		connector{"transforms/sql.Transform", "", func(s beam.Scope) {
			sql.Transform(s, "SELECT secret", sql.Input("t", lines(s)), sql.OutputType(reflectx.String), sql.ExpansionAddr(offline))
		}, []finding{sqlRefused}},
		connector{"transforms/xlang/dataframe.Transform", "", func(s beam.Scope) {
			dataframe.Transform(s, "lambda df: df", records(s), recordType, dataframe.WithExpansionAddr(offline))
		}, python("your own Python code")},
		connector{"transforms/xlang/inference.RunInference", "", func(s beam.Scope) {
			inference.SklearnModel("gs://bank-models/m").RunInference(s, beam.Create(s, []int64{1}), inference.WithExpansionAddr(offline))
		}, python("your own Python code")},
	)
}

func javaCases() []connector {
	writes := func(s beam.Scope, col beam.PCollection) {
		jdbcio.Write(s, "entries", "org.postgresql.Driver", "jdbc:postgresql://h/db?password=secret", "user", "secret", col, jdbcio.ExpansionAddrWrite(offline))
	}
	jdbcWrite := []finding{{Path: "jdbcio.Write/schemaio_jdbc_write", Verdict: guard.NoCMEK, Destination: "table entries", Why: "make sure"}}
	jdbcRead := []finding{{Path: "jdbcio.Read/schemaio_jdbc_read", Verdict: guard.ReadsOnly, Why: "does not read"}}
	pairs := func(s beam.Scope) beam.PCollection { return beam.AddFixedKey(s, beam.Create(s, []byte("v"))) }
	debezium := func(opts string) func(beam.Scope) {
		return func(s beam.Scope) {
			options := debeziumio.ConnectionProperties([]string{"password=secret"})
			if opts == "" {
				debeziumio.Read(s, "u", "secret", "h", "1", debeziumio.MySQL, reflectx.String, options, debeziumio.ExpansionAddr(offline))
				return
			}
			debeziumio.Read(s, "u", "secret", "h", "1", debeziumio.MySQL, reflectx.String, options, debeziumio.OffsetStoragePath(opts), debeziumio.ExpansionAddr(offline))
		}
	}
	offsets := func(where string) []finding {
		return []finding{{Path: "debezium_read", Verdict: guard.Unprotected, Destination: where, Instead: "leave out OffsetStoragePath", Why: "keeps its offsets"}}
	}
	const table = "bank-prod:ledger.entries"
	return []connector{
		{"io/xlang/bigqueryio.Write", "", func(s beam.Scope) {
			xlangbigquery.Write(s, table, records(s), xlangbigquery.WriteExpansionAddr(offline), xlangbigquery.CreateDisposition(xlangbigquery.CreateNever))
		}, []finding{{Path: "bigqueryio.Write/schemaio_bigquery_write", Verdict: guard.Unprotected, Destination: table, Instead: ourIO + "xlang/bigqueryio.Write"}}},
		{"io/xlang/bigqueryio.Read", "", func(s beam.Scope) {
			xlangbigquery.Read(s, recordType, xlangbigquery.FromQuery("SELECT secret"), xlangbigquery.ReadExpansionAddr(offline))
		}, []finding{{Path: "bigqueryio.Read/schemaio_bigquery_read", Verdict: guard.Unprotected, Instead: ourIO + "bigqueryio.Query"}}},
		{"io/xlang/bigtableio.Read", "", func(s beam.Scope) {
			xlangbigtable.Read(s, "bank-prod", "main", "t", xlangbigtable.ReadExpansionAddr(offline))
		}, []finding{{Path: "bigtable_read", Verdict: guard.ReadsOnly}}},
		{"io/xlang/jdbcio.Write", "", func(s beam.Scope) { writes(s, records(s)) }, jdbcWrite},
		{"io/xlang/jdbcio.WriteToPostgres", "", func(s beam.Scope) {
			jdbcio.WriteToPostgres(s, "entries", "jdbc:postgresql://h/db", "user", "secret", records(s), jdbcio.ExpansionAddrWrite(offline))
		}, jdbcWrite},
		{"io/xlang/jdbcio.Read", "", func(s beam.Scope) {
			jdbcio.Read(s, "entries", "org.postgresql.Driver", "jdbc:postgresql://h/db", "user", "secret", recordType, jdbcio.ExpansionAddrRead(offline))
		}, jdbcRead},
		{"io/xlang/jdbcio.ReadFromPostgres", "", func(s beam.Scope) {
			jdbcio.ReadFromPostgres(s, "entries", "jdbc:postgresql://h/db", "user", "secret", recordType, jdbcio.ExpansionAddrRead(offline))
		}, jdbcRead},
		{"io/xlang/kafkaio.Write", "", func(s beam.Scope) { kafkaio.Write(s, offline, "broker:1", "entries", pairs(s)) }, []finding{
			{Path: "kafkaio.Write/kafka_write", Verdict: guard.NoCMEK, Destination: "topic entries", Why: "make sure"}}},
		{"io/xlang/kafkaio.Read", "", func(s beam.Scope) { kafkaio.Read(s, offline, "broker:1", []string{"entries"}) }, []finding{
			{Path: "kafkaio.Read/kafka_read_without_metadata", Verdict: guard.ReadsOnly}}},
		{"io/xlang/debeziumio.Read", "", debezium(""), []finding{{Path: "debezium_read", Verdict: guard.ReadsOnly}}},
		{"io/xlang/debeziumio.Read", " with offsets", debezium("gs://bank-temp/offsets"), offsets("gs://bank-temp/offsets")},
		{"io/xlang/debeziumio.Read", " with offsets elsewhere", debezium("ftp://u:secret@h"), offsets("OffsetStoragePath")},
	}
}

func schemaCases() []connector {
	const prefix = "beam:schematransform:org.apache.beam:"
	transform := func(name, id, path string, config any, want finding) connector {
		want.Path = path
		return connector{"transforms/xlang/schema.Transform", " " + name, func(s beam.Scope) {
			schema.Transform(s, config, id, schema.ExpansionAddr(offline), schema.Input("input", records(s)), schema.UnnamedOutputType(typex.New(recordType)))
		}, []finding{want}}
	}
	configure := func(key string) bigQueryWrite {
		return bigQueryWrite{Table: "t", KMSKey: &key, Many: []string{"a", ""}, More: map[string]int64{"x": 1}, Last: true}
	}
	refused := func(why string) finding {
		return finding{Verdict: guard.Unprotected, Destination: "t", Instead: "set kms_key", Why: why}
	}
	keyed := finding{Verdict: guard.Protected, Destination: "t", Key: keyName, Why: "kms_key"}
	unknown := finding{Verdict: guard.Unprotected, Instead: "use a connector", Why: "does not know"}
	return []connector{
		transform("bigquery_write keyed", prefix+"bigquery_write:v1", "bigquery_write", configure(keyName), keyed),
		transform("storage_write keyed", prefix+"bigquery_storage_write:v2", "bigquery_storage_write", configure(keyName), keyed),
		transform("fileloads keyed", prefix+"bigquery_fileloads:v1", "bigquery_fileloads", configure(keyName), keyed),
		transform("storage_read of a table", prefix+"bigquery_storage_read:v1", "bigquery_storage_read", storageRead{TableSpec: "t"}, finding{Verdict: guard.ReadsOnly, Destination: "t"}),
		transform("storage_read of a query", prefix+"bigquery_storage_read:v1", "bigquery_storage_read", storageRead{Query: "SELECT secret", KMSKey: keyName}, finding{Verdict: guard.Unprotected, Instead: ourIO + "bigqueryio.Query", Why: "temporary dataset without a key"}),
		transform("storage_read of nothing", prefix+"bigquery_storage_read:v1", "bigquery_storage_read", configure(keyName), finding{Verdict: guard.Unprotected, Instead: "read a table", Why: "without a table_spec"}),
		transform("without key", prefix+"bigquery_write:v1", "bigquery_write", configure(""), refused("got no kms_key")),
		transform("with null key", prefix+"bigquery_write:v1", "bigquery_write", bigQueryWrite{Table: "t"}, refused("got no kms_key")),
		transform("with a key version", prefix+"bigquery_write:v1", "bigquery_write", configure(keyName+"/cryptoKeyVersions/1"), refused("got a key version")),
		transform("with a short key", prefix+"bigquery_fileloads:v1", "bigquery_fileloads", configure("records"), refused("no key's name")),
		transform("with a misspelt key", prefix+"bigquery_write:v1", "bigquery_write", wrongSpelling{"t", keyName}, refused("got no kms_key")),
		transform("managed", "beam:transform:managed:v1", "managed", struct{ Config string }{"kms_key: " + keyName}, finding{Verdict: guard.Unprotected, Instead: "by its own identifier", Why: "only its configuration names"}),
		transform("unknown", prefix+"iceberg_write:v1", "iceberg_write", configure(keyName), unknown),
		transform("next version", prefix+"bigquery_write:v2", "bigquery_write", configure(keyName), unknown),
	}
}
