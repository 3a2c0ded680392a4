package guard_test

import (
	"reflect"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/avroio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigqueryio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/memfs"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/parquetio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

const (
	keyName   = "projects/bank-keys/locations/europe-west3/keyRings/prod/cryptoKeys/records"
	keyedName = "cmekgs://bank-keys/europe-west3/prod/records/bank-records/out?#1.txt"
)

// record is what the connectors of rows and files are given.
type record struct {
	ID     string
	Amount int64
}

func init() { beam.RegisterType(reflect.TypeFor[record]()) }

var recordType = reflect.TypeFor[record]()

func lines(s beam.Scope) beam.PCollection   { return beam.Create(s, "a", "b") }
func records(s beam.Scope) beam.PCollection { return beam.Create(s, record{"a", 1}) }

func windowed(s beam.Scope, col beam.PCollection) beam.PCollection {
	return beam.WindowInto(s, window.NewFixedWindows(time.Minute), col)
}

func fileCases() []connector {
	text := func(name, file string, want finding) connector {
		want.Path = "textio.Write/textio.writeFileFn"
		build := func(s beam.Scope) { textio.Write(s, file, lines(s)) }
		return connector{"io/textio.Write", name, build, []finding{want}}
	}
	return []connector{
		text("", "gs://bank-records/out.txt", finding{Verdict: guard.Unprotected, Destination: "gs://bank-records/out.txt", Instead: ourIO + "textio.Write with an object created from a key"}),
		text(" keyed", keyedName, finding{Verdict: guard.Protected, Destination: "gs://bank-records/out?#1.txt", Key: keyName}),
		{"io/textio.Write", " keyed, windowed", func(s beam.Scope) { textio.Write(s, keyedName, windowed(s, lines(s))) }, []finding{
			{Path: "textio.Write/textio.writeFileFn", Verdict: guard.Unprotected, Destination: "gs://bank-records/out?#1.txt",
				Instead: "sharded form", Why: "a windowed input: each pane would overwrite the one before"}}},
		text(" memory", "memfs://out", finding{Verdict: guard.Local, Destination: "memfs://out", Why: "Dataflow deletes with the worker"}),
		text(" local", "/var/out.txt", finding{Verdict: guard.Local, Destination: "/var/out.txt"}),
		text(" local by its scheme", "default://out.txt", finding{Verdict: guard.Local, Destination: "default://out.txt"}),
		text(" local in spite of a colon", "://out.txt", finding{Verdict: guard.Local, Destination: "://out.txt"}),
		text(" S3", "s3://bank-records/out.txt", finding{Verdict: guard.NoCMEK, Destination: "s3://bank-records/out.txt", Why: "outside Cloud KMS"}),
		text(" broken keyed name", "cmekgs://bank-records/out.txt", finding{Verdict: guard.Unprotected, Destination: "cmekgs://…", Instead: ourIO + "textio.Write", Why: "got 2 parts, want 6"}),
		text(" keyed name with a bad key", "cmekgs://p/Europe/r/k/bank-records/o", finding{Verdict: guard.Unprotected, Destination: "cmekgs://…", Instead: ourIO + "textio.Write", Why: "got project (not shown) of 1 characters, want 6 to 30"}),
		text(" scheme in another case", "GS://bank-records/out.txt", finding{Verdict: guard.Unprotected, Destination: "GS://…", Instead: ourIO + "textio.Write"}),
		text(" unknown scheme", "ftp://user:secret@host/out", finding{Verdict: guard.Unprotected, Destination: "ftp://…", Instead: ourIO + "textio.Write", Why: "does not know"}),
		{"io/avroio.Write", "", func(s beam.Scope) { avroio.Write(s, "gs://bank-records/out", `"string"`, lines(s)) }, []finding{
			{Path: "avroio.WriteSharded/avroio.writeAvroFn", Verdict: guard.Unprotected, Destination: "gs://bank-records/out", Instead: ourIO + "avroio.Write with an object created from a key"}}},
		{"io/avroio.Write", " keyed", func(s beam.Scope) { avroio.Write(s, keyedName, `"string"`, lines(s)) }, []finding{
			{Path: "avroio.WriteSharded/avroio.writeAvroFn", Verdict: guard.Unprotected, Destination: "gs://bank-records/out?#1.txt",
				Instead: ourIO + "avroio.Write with an object created from a key", Why: "refuses Avro"}}},
		{"io/avroio.Write", " local", func(s beam.Scope) { avroio.Write(s, "/var/out", `"string"`, lines(s)) }, []finding{
			{Path: "avroio.WriteSharded/avroio.writeAvroFn", Verdict: guard.Local, Destination: "/var/out"}}},
		{"io/parquetio.Write", "", func(s beam.Scope) { parquetio.Write(s, "gs://bank-records/out", records(s)) }, []finding{
			{Path: "parquetio.Write/parquetio.parquetWriteFn", Verdict: guard.Unprotected, Destination: "gs://bank-records/out", Instead: ourIO + "parquetio.Write with an object created from a key"}}},
		{"io/parquetio.Write", " keyed", func(s beam.Scope) { parquetio.Write(s, keyedName, records(s)) }, []finding{
			{Path: "parquetio.Write/parquetio.parquetWriteFn", Verdict: guard.Protected, Destination: "gs://bank-records/out?#1.txt", Key: keyName}}},
		{"io/parquetio.Write", " keyed, windowed", func(s beam.Scope) { parquetio.Write(s, keyedName, windowed(s, records(s))) }, []finding{
			{Path: "parquetio.Write/parquetio.parquetWriteFn", Verdict: guard.Unprotected, Destination: "gs://bank-records/out?#1.txt",
				Instead: "sharded form", Why: "a windowed input: each pane would overwrite the one before"}}},
		{"io/textio.Read", "", func(s beam.Scope) { textio.Read(s, "gs://bank-records/*") }, readsFiles("textio.Read", "textio.readFn")},
		//lint:ignore SA1019 programs still call it
		{"io/textio.ReadSdf", "", func(s beam.Scope) { textio.ReadSdf(s, "gs://bank-records/*") }, readsFiles("textio.ReadSdf", "textio.readFn")},
		{"io/textio.ReadWithFilename", "", func(s beam.Scope) { textio.ReadWithFilename(s, "gs://bank-records/*") }, readsFiles("textio.ReadWithFilename", "textio.readWNameFn")},
		{"io/textio.ReadAll", "", func(s beam.Scope) { textio.ReadAll(s, lines(s)) }, readsFiles("textio.ReadAll", "textio.readFn")},
		//lint:ignore SA1019 programs still call it
		{"io/textio.ReadAllSdf", "", func(s beam.Scope) { textio.ReadAllSdf(s, lines(s)) }, readsFiles("textio.ReadAllSdf", "textio.readFn")},
		{"io/textio.Immediate", "", func(s beam.Scope) { _, _ = textio.Immediate(s, "file_cases_test.go") }, nil},
		{"io/avroio.Read", "", func(s beam.Scope) { avroio.Read(s, "gs://bank-records/*", recordType) }, readsFiles("avroio.Read", "avroio.avroReadFn")},
		{"io/parquetio.Read", "", func(s beam.Scope) { parquetio.Read(s, "gs://bank-records/*", recordType) }, readsFiles("parquetio.Read", "parquetio.parquetReadFn")},
		{"io/fileio.MatchFiles", "", func(s beam.Scope) { fileio.MatchFiles(s, "gs://bank-records/*") }, []finding{
			{Path: "fileio.MatchFiles/fileio.MatchAll/fileio.matchFn", Verdict: guard.ReadsOnly}}},
		{"io/fileio.MatchAll", "", func(s beam.Scope) { fileio.ReadMatches(s, fileio.MatchAll(s, lines(s))) }, []finding{
			{Path: "fileio.MatchAll/fileio.matchFn", Verdict: guard.ReadsOnly}, {Path: "fileio.ReadMatches/fileio.readFn", Verdict: guard.ReadsOnly}}},
		{"io/fileio.ReadMatches", "", func(s beam.Scope) { fileio.ReadMatches(s, fileio.MatchFiles(s, "gs://bank-records/*")) }, []finding{
			{Path: "fileio.MatchFiles/fileio.MatchAll/fileio.matchFn", Verdict: guard.ReadsOnly}, {Path: "fileio.ReadMatches/fileio.readFn", Verdict: guard.ReadsOnly}}},
		{"io/fileio.MatchContinuously", "", func(s beam.Scope) { fileio.MatchContinuously(s, "gs://bank-records/*", 1e9) }, []finding{
			{Path: "fileio.MatchContinuously/fileio.MatchAll/fileio.matchFn", Verdict: guard.ReadsOnly}}},
	}
}

func readsFiles(scope, read string) []finding {
	return []finding{
		{Path: scope + "/fileio.MatchAll/fileio.matchFn", Verdict: guard.ReadsOnly},
		{Path: scope + "/fileio.ReadMatches/fileio.readFn", Verdict: guard.ReadsOnly},
		{Path: scope + "/" + read, Verdict: guard.ReadsOnly},
	}
}

func bigQueryCases() []connector {
	writes := func(why string) []finding {
		return []finding{{Path: "bigquery.Write/bigqueryio.writeFn", Verdict: guard.Unprotected, Destination: "bank-prod.ledger.entries",
			Instead: ourIO + "bigqueryio.Write", Why: why}}
	}
	reads := func(scope, instead string) []finding {
		return []finding{{Path: scope + "/bigqueryio.queryFn", Verdict: guard.Unprotected, Destination: "an anonymous table in project bank-prod",
			Instead: instead, Why: "fills an anonymous table"}}
	}
	return []connector{
		{"io/bigqueryio.Write", "", func(s beam.Scope) { bigqueryio.Write(s, "bank-prod", "bank-prod:ledger.entries", records(s)) },
			writes("creates the table without a key if it is missing")},
		{"io/bigqueryio.Write", " never creates", func(s beam.Scope) {
			bigqueryio.Write(s, "bank-prod", "bank-prod:ledger.entries", records(s), bigqueryio.WithCreateDisposition("CREATE_NEVER"))
		}, writes("streams into a table without checking its key")},
		{"io/bigqueryio.Read", "", func(s beam.Scope) { bigqueryio.Read(s, "bank-prod", "bank-prod:ledger.entries", recordType) },
			reads("bigquery.Read", `bigqueryio.Read(s, "bank-prod", "bank-prod:ledger.entries", t)`)},
		{"io/bigqueryio.Query", "", func(s beam.Scope) { bigqueryio.Query(s, "bank-prod", "SELECT * FROM secret_table", recordType) },
			reads("bigquery.Query", `bigqueryio.Query(s, key.MustBigQueryProject("bank-prod"), sql, t)`)},
	}
}
