package guard_test

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/databaseio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/datastoreio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fhirio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/mongodbio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/natsio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/spannerio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/synthetic"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/debug"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// document has its own _id, so that mongodbio uses the other of its two code paths.
type document struct {
	ID string `bson:"_id"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[document]())
	beam.RegisterType(reflect.TypeFor[bigtableio.Mutation]())
}

const (
	ourIO     = "use github.com/cmekpipe/cmekpipe-go/cmekpipe/io/"
	noneYet   = "remove this call: this module has no "
	database  = "projects/bank-prod/instances/main/databases/ledger"
	fhirStore = "projects/bank-prod/locations/eu/datasets/d/fhirStores/f"
)

func databaseCases() []connector {
	mutations := func(s beam.Scope) beam.PCollection { return beam.Create(s, *bigtableio.NewMutation("row")) }
	cells := func(path, call string) []finding {
		return []finding{{Path: path, Verdict: guard.Unprotected, Destination: "projects/bank-prod/instances/main/tables/t", Instead: ourIO + call + " with a table created from a key"}}
	}
	rows := []finding{{Path: "postgres.Write/databaseio.writeFn", Verdict: guard.NoCMEK, Destination: "table entries through driver postgres", Why: "make sure"}}
	statement := func(path string) []finding {
		return []finding{{Path: path, Verdict: guard.ReadsOnly, Why: "does not read"}}
	}
	documents := []finding{{Path: "mongodbio.Write/mongodbio.writeFn", Verdict: guard.NoCMEK, Destination: "ledger.entries", Why: "make sure"}}
	const dsn, uri = "postgres://u:secret@h/db", "mongodb://u:secret@h"
	return []connector{
		{"io/spannerio.Write", "", func(s beam.Scope) { spannerio.Write(s, database, "entries", records(s)) }, []finding{
			{Path: "spanner.Write/spannerio.writeFn", Verdict: guard.Unprotected, Destination: database + "/tables/entries", Instead: ourIO + "spannerio.Write"}}},
		{"io/spannerio.Read", "", func(s beam.Scope) { spannerio.Read(s, database, "entries", recordType) }, []finding{
			{Path: "spanner.Query/spannerio.queryFn", Verdict: guard.ReadsOnly, Destination: database}}},
		{"io/spannerio.Query", "", func(s beam.Scope) { spannerio.Query(s, database, "SELECT 1", recordType) }, []finding{
			{Path: "spannerio.GeneratePartitions/spannerio.generatePartitionsFn", Verdict: guard.ReadsOnly, Destination: database},
			{Path: "spannerio.ReadBatch/spannerio.readBatchFn", Verdict: guard.ReadsOnly, Destination: database}}},
		{"io/bigtableio.Write", "", func(s beam.Scope) { bigtableio.Write(s, "bank-prod", "main", "t", mutations(s)) },
			cells("bigtable.Write/bigtableio.writeFn", "bigtableio.Write")},
		{"io/bigtableio.WriteBatch", "", func(s beam.Scope) { bigtableio.WriteBatch(s, "bank-prod", "main", "t", mutations(s)) },
			cells("bigtable.WriteBatch/bigtableio.writeBatchFn", "bigtableio.Write")},
		{"io/databaseio.Write", "", func(s beam.Scope) { databaseio.Write(s, "postgres", dsn, "entries", nil, records(s)) }, rows},
		{"io/databaseio.WriteWithBatchSize", "", func(s beam.Scope) { databaseio.WriteWithBatchSize(s, 5, "postgres", dsn, "entries", nil, records(s)) }, rows},
		{"io/databaseio.Read", "", func(s beam.Scope) { databaseio.Read(s, "postgres", dsn, "entries", recordType) }, statement("postgres.Read/databaseio.queryFn")},
		{"io/databaseio.Query", "", func(s beam.Scope) { databaseio.Query(s, "postgres", dsn, "SELECT 1", recordType) }, statement("postgres.Query/databaseio.queryFn")},
		{"io/mongodbio.Write", "", func(s beam.Scope) { mongodbio.Write(s, uri, "ledger", "entries", records(s)) }, documents},
		{"io/mongodbio.Write", " with ids", func(s beam.Scope) { mongodbio.Write(s, uri, "ledger", "entries", beam.Create(s, document{"1"})) }, documents},
		{"io/mongodbio.Read", "", func(s beam.Scope) { mongodbio.Read(s, uri, "ledger", "entries", recordType) }, []finding{
			{Path: "mongodbio.Read/mongodbio.readFn", Verdict: guard.ReadsOnly}}},
		{"io/datastoreio.Read", "", func(s beam.Scope) { datastoreio.Read(s, "bank-prod", "Entry", 1, recordType, "key") }, []finding{
			{Path: "datastore.Read/datastoreio.splitQueryFn", Verdict: guard.ReadsOnly}, {Path: "datastore.Read/datastoreio.queryFn", Verdict: guard.ReadsOnly}}},
	}
}

func messagingCases() []connector {
	const topic, tail = "projects/bank-prod/topics/entries", "projects/bank-prod/subscriptions/tail"
	return []connector{
		{"io/pubsubio.Write", "", func(s beam.Scope) { pubSubWrite(s, topic) }, []finding{
			{Path: "pubsubio.Write/pubsub_write", Verdict: guard.Unprotected, Destination: topic, Instead: ourIO + "pubsubio.Write with a topic created from a key"}}},
		{"io/pubsubio.Read", " from a topic", func(s beam.Scope) { pubSubRead(s, &pipepb.PubSubReadPayload{Topic: topic}) }, []finding{
			{Path: "pubsubio.Read/pubsub_read", Verdict: guard.Unprotected, Destination: topic, Instead: "read from that subscription", Why: "creates a subscription"}}},
		{"io/pubsubio.Read", " from a subscription", func(s beam.Scope) {
			pubSubRead(s, &pipepb.PubSubReadPayload{Subscription: tail, WithAttributes: true})
		}, []finding{{Path: "pubsubio.Read/pubsub_read", Verdict: guard.ReadsOnly, Destination: tail, Why: "topic's key"}}},
		{"io/natsio.Write", "", func(s beam.Scope) {
			natsio.Write(s, "nats://u:secret@h", beam.Create(s, natsio.ProducerMessage{Subject: "s"}))
		}, []finding{
			{Path: "natsio.Write/natsio.writeFn", Verdict: guard.NoCMEK, Why: "make sure"}}},
		{"io/natsio.Read", "", func(s beam.Scope) { natsio.Read(s, "nats://u:secret@h", "stream", "subject") }, []finding{
			{Path: "natsio.Read/natsio.readFn", Verdict: guard.ReadsOnly}}},
	}
}

// pubSubWrite and pubSubRead build what Beam's pubsubio leaves for Dataflow to execute. Beam's package itself needs a
// release of google.golang.org/genproto that still has Pub/Sub's types, and a test that imported it would keep every
// module that uses this one from newer releases. .ci/outside/beam inspects pipelines of the real package.
func pubSubWrite(s beam.Scope, topic string) {
	payload := protox.MustEncode(&pipepb.PubSubWritePayload{Topic: topic})
	messages := beam.Create(s, []byte("m"))
	beam.External(s.Scope("pubsubio.Write"), "beam:transform:pubsub_write:v1", payload, []beam.PCollection{messages}, nil, false)
}

func pubSubRead(s beam.Scope, payload *pipepb.PubSubReadPayload) {
	beam.External(s.Scope("pubsubio.Read"), "beam:transform:pubsub_read:v1", protox.MustEncode(payload),
		nil, []beam.FullType{typex.New(reflectx.ByteSlice)}, false)
}

func healthcareCases() []connector {
	return []connector{
		{"io/fhirio.Import", "", func(s beam.Scope) {
			fhirio.Import(s, fhirStore, "gs://bank-temp/fhir", "", fhirio.ContentStructureResource, lines(s))
		}, []finding{
			{Path: "fhirio.Import/fhirio.createBatchFilesFn", Verdict: guard.Unprotected, Destination: "gs://bank-temp/fhir", Instead: ourIO + "fhirio.Import", Why: "files in Cloud Storage"},
			{Path: "fhirio.Import/fhirio.importFn", Verdict: guard.Unprotected, Destination: fhirStore, Instead: ourIO + "fhirio.Import"}}},
		{"io/fhirio.ExecuteBundles", "", func(s beam.Scope) { fhirio.ExecuteBundles(s, fhirStore, lines(s)) }, []finding{
			{Path: "fhirio.ExecuteBundles/fhirio.executeBundleFn", Verdict: guard.Unprotected, Destination: fhirStore, Instead: ourIO + "fhirio.ExecuteBundles"}}},
		{"io/fhirio.Deidentify", "", func(s beam.Scope) { fhirio.Deidentify(s, "source", fhirStore, nil) }, []finding{
			{Path: "fhirio.Deidentify/fhirio.deidentifyFn", Verdict: guard.Unprotected, Destination: fhirStore, Instead: ourIO + "fhirio.Deidentify"}}},
		{"io/fhirio.Read", "", func(s beam.Scope) { fhirio.Read(s, beam.Create(s, []byte("b"))) }, []finding{
			{Path: "fhirio.Read/fhirio.readResourceFn", Verdict: guard.ReadsOnly}}},
		{"io/fhirio.Search", "", func(s beam.Scope) { fhirio.Search(s, fhirStore, beam.Create(s, fhirio.SearchQuery{})) }, []finding{
			{Path: "fhirio.Search/fhirio.searchResourcesFn", Verdict: guard.ReadsOnly}}},
	}
}

func otherCases() []connector {
	prints := func(path string) []finding {
		return []finding{{Path: path, Verdict: guard.Unprotected, Destination: "Cloud Logging", Instead: "beam.NewCounter", Why: "into the log"}}
	}
	keyed := func(s beam.Scope) beam.PCollection { return beam.AddFixedKey(s, lines(s)) }
	return []connector{
		{"x/debug.Print", "", func(s beam.Scope) { debug.Print(s, lines(s)) }, prints("debug.Print/debug.printFn")},
		{"x/debug.Printf", "", func(s beam.Scope) { debug.Printf(s, "got %v", lines(s)) }, prints("debug.Print/debug.printFn")},
		{"x/debug.Printf", " of pairs", func(s beam.Scope) { debug.Printf(s, "got %v %v", keyed(s)) }, prints("debug.Print/debug.printKVFn")},
		{"x/debug.Printf", " of groups", func(s beam.Scope) { debug.Printf(s, "got %v %v", beam.GroupByKey(s, keyed(s))) }, prints("debug.Print/debug.printGBKFn")},
		{"x/debug.Head", "", func(s beam.Scope) { debug.Head(s, lines(s), 1) }, nil},
		{"x/debug.Head", " of pairs", func(s beam.Scope) { debug.Head(s, keyed(s), 1) }, nil},
		{"x/debug.Discard", "", func(s beam.Scope) { debug.Discard(s, lines(s)) }, nil},
		{"io/synthetic.Source", "", func(s beam.Scope) {
			synthetic.Source(s, beam.Create(s, synthetic.DefaultSourceConfig().NumElements(1).Build()))
		}, []finding{
			{Path: "synthetic.Source/synthetic.sourceFn", Verdict: guard.ReadsOnly}}},
		{"io/synthetic.SourceSingle", "", func(s beam.Scope) { synthetic.SourceSingle(s, synthetic.DefaultSourceConfig().NumElements(1).Build()) }, []finding{
			{Path: "synthetic.Source/synthetic.sourceFn", Verdict: guard.ReadsOnly}}},
		{"io/synthetic.Step", "", func(s beam.Scope) {
			col := synthetic.SourceSingle(s, synthetic.DefaultSourceConfig().NumElements(1).Build())
			col = synthetic.Step(s, synthetic.DefaultStepConfig().Build(), col)
			synthetic.Step(s, synthetic.DefaultStepConfig().Splittable(true).Build(), col)
		}, []finding{{Path: "synthetic.Source/synthetic.sourceFn", Verdict: guard.ReadsOnly}}},
	}
}
