package guard_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/xlang/schema"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/avroio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/bigqueryio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/fhirio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/parquetio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/pubsubio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/spannerio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

type entryRow struct {
	ID string `parquet:"name=id, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type writeWithDisposition struct {
	Table            string  `beam:"table"`
	KMSKey           *string `beam:"kms_key"`
	WriteDisposition *string `beam:"write_disposition"`
}

func init() {
	beam.RegisterType(reflect.TypeFor[entryRow]())
	beam.RegisterFunction(toEntry)
	beam.RegisterFunction(toPubsub)
}

func toEntry(id string) entryRow { return entryRow{id} }
func toPubsub(text string) *pubsubpb.PubsubMessage {
	return &pubsubpb.PubsubMessage{Data: []byte(text)}
}

// conflictKey encrypts what the sinks below write. Each of them adds one write of a connector of this module.
var conflictKey = cmekpipe.MustParseKey[location.EuropeWest3](keyName)

func inBucket(name string) cmekpipe.Object { return valid(conflictKey.Object(name)) }

func valid[D any](destination D, err error) D {
	if err != nil {
		panic(err)
	}
	return destination
}

func one(name string) func(beam.Scope) {
	return func(s beam.Scope) { textio.Write(s, inBucket(name), lines(s)) }
}

func many(name string, opts ...textio.WriteOption) func(beam.Scope) {
	return func(s beam.Scope) { textio.WriteSharded(s, inBucket(name), lines(s), opts...) }
}

func panes(name string) func(beam.Scope) {
	return func(s beam.Scope) {
		textio.WriteSharded(s, inBucket(name), windowed(s, lines(s)), textio.WithNumShards(2))
	}
}

func avro(name string, opts ...avroio.WriteOption) func(beam.Scope) {
	return func(s beam.Scope) { avroio.Write(s, inBucket(name), `"string"`, lines(s), opts...) }
}

func parquet(name string) func(beam.Scope) {
	return func(s beam.Scope) {
		parquetio.WriteSharded(s, inBucket(name), beam.ParDo(s, toEntry, lines(s)))
	}
}

func rows(name string, opts ...bigqueryio.WriteOption) func(beam.Scope) {
	return func(s beam.Scope) {
		bigqueryio.Write(s, valid(conflictKey.BigQueryTable(name)), beam.ParDo(s, toEntry, lines(s)), opts...)
	}
}

func beamFile(name string) func(beam.Scope) {
	return func(s beam.Scope) { beamtextio.Write(s, name, lines(s)) }
}

func javaRows(name, disposition string) func(beam.Scope) {
	return func(s beam.Scope) {
		key := keyName
		schema.Transform(s, writeWithDisposition{name, &key, &disposition},
			"beam:schematransform:org.apache.beam:bigquery_storage_write:v2",
			schema.ExpansionAddr("fake:beam:transform:pardo:v1"), schema.Input("input", records(s)))
	}
}

func messages(s beam.Scope) {
	pubsubio.Write(s, conflictKey.MustPubSubTopic("projects/bank-prod/topics/entries"), beam.ParDo(s, toPubsub, lines(s)))
}

func mutations(s beam.Scope) {
	spannerio.Write(s, conflictKey.MustSpannerDatabase("projects/bank-prod/instances/core/databases/ledger"), "entries",
		beam.ParDo(s, toEntry, lines(s)))
}

func imports(s beam.Scope) {
	fhirio.Import(s, conflictKey.MustFHIRStore("projects/bank-prod/locations/europe-west3/datasets/d/fhirStores/f"),
		conflictKey.MustObject("gs://bank-temp/fhir"), conflictKey.MustObject("gs://bank-records/failed"),
		fhirio.ContentStructureResource, lines(s))
}

func truncate() bigqueryio.WriteOption {
	return bigqueryio.WithWriteDisposition(bigquery.WriteTruncate)
}

func ifEmpty() bigqueryio.WriteOption { return bigqueryio.WithWriteDisposition(bigquery.WriteEmpty) }

func TestTwoSinksOfOneDestinationAreRefused(t *testing.T) {
	const object, prefix, entries = "gs://bank-records/out/all", "gs://bank-records/out/lines", "bank-prod.ledger.entries"
	for _, tt := range []struct {
		name          string
		first, second func(beam.Scope)
		destination   string // of the second
		hint          string
	}{
		{"one object", one(object), one(object), object, "another object"},
		{"one prefix", many(prefix), many(prefix), prefix, "another prefix"},
		{"one prefix, other methods", many(prefix), many(prefix, textio.WithNumShards(2)), prefix, "another prefix"},
		{"one prefix, panes", panes(prefix), panes(prefix), prefix, "another prefix"},
		{"one prefix, panes and the whole", panes(prefix), many(prefix), prefix, "another prefix"},
		{"a shard's name", many(prefix), one(prefix + "-00000-of-00001"), prefix + "-00000-of-00001", "another object"},
		{"a shard's name, first", one(prefix + "-00001-of-00002"), many(prefix), prefix, "another prefix"},
		{"a pane's name", panes(prefix), one(prefix + "-global-pane-0-first-last-00000-of-00002"),
			prefix + "-global-pane-0-first-last-00000-of-00002", "another object"},
		{"a shard's name with a suffix", avro(prefix), one(prefix + "-00000-of-00001.avro"), prefix + "-00000-of-00001.avro", "another object"},
		{"two formats, one suffix", avro(prefix, avroio.WithSuffix(".parquet")), parquet(prefix), prefix, "another prefix"},
		{"Beam's connector", beamFile("cmekgs://bank-keys/europe-west3/prod/records/bank-records/out/all"), one(object), object, "another object"},
		{"a truncating write and another", rows(entries, truncate()), rows(entries, truncate()), entries, "WriteAppend"},
		{"a truncating write and an append", rows(entries, truncate()), rows(entries), entries, "WriteAppend"},
		{"an append and a truncating write", rows(entries), rows(entries, truncate()), entries, "WriteAppend"},
		{"a write to an empty table and an append", rows(entries, ifEmpty()), rows(entries), entries, "WriteAppend"},
		{"Java's truncating write", rows(entries), javaRows("bank-prod:ledger.entries", "WRITE_TRUNCATE"), "bank-prod:ledger.entries", "WriteAppend"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			coverage := inspect(t, pipeline(func(s beam.Scope) {
				tt.first(s.Scope("First"))
				tt.second(s.Scope("Second"))
			}))
			found := coverage.Findings()
			if second := found.Of(rule.TwoSinks); len(second) != 1 || !strings.HasPrefix(second[0].Resource, "root/Second/") ||
				!strings.Contains(second[0].Detail, "root/First/") || len(found.Of(rule.UnprotectedTransform)) != 0 {
				t.Errorf("got findings %+v, want one of %s on the second transform", found, rule.TwoSinks)
			}
			err := coverage.Err()
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != cmekpipe.InvalidOptions {
				t.Fatalf("got error %v, want one with code %s", err, cmekpipe.InvalidOptions)
			}
			if len(guard.Refusals(err)) != 1 {
				t.Errorf("got refusals %v, want one", guard.Refusals(err))
			}
			if !strings.HasPrefix(e.Resource, "root/Second/") || !strings.Contains(err.Error(), "root/First/") ||
				!strings.HasSuffix(e.Err.Error(), ": "+tt.destination) {
				t.Errorf("got %v, want both transforms and %s named", err, tt.destination)
			}
			if !strings.Contains(e.Hint, tt.hint) || !strings.Contains(e.Hint, "beam.Flatten(s, ") {
				t.Errorf("got hint %q, want %q and a Flatten in it", e.Hint, tt.hint)
			}
		})
	}
}

func TestEachFurtherSinkOfADestinationIsRefused(t *testing.T) {
	err := inspect(t, pipeline(func(s beam.Scope) {
		for i := range 3 {
			one("gs://bank-records/out")(s.Scope(fmt.Sprintf("Sink%d", i)))
		}
	})).Err()
	refused := guard.Refusals(err)
	if len(refused) != 2 {
		t.Fatalf("got %v, want two refusals", err)
	}
	for i, e := range refused {
		if !strings.HasPrefix(e.Resource, fmt.Sprintf("root/Sink%d/", i+1)) || !strings.Contains(e.Err.Error(), "root/Sink0/") {
			t.Errorf("got %v, want sink %d refused because of the first", e, i+1)
		}
	}
}

func TestSinksThatDoNotOverwriteEachOtherAreAccepted(t *testing.T) {
	const prefix, entries = "gs://bank-records/out/lines", "bank-prod.ledger.entries"
	twice := func(sink func(beam.Scope)) []func(beam.Scope) { return []func(beam.Scope){sink, sink} }
	for name, sinks := range map[string][]func(beam.Scope){
		"one of each": {one("gs://bank-records/a"), many("gs://bank-records/b"), panes("gs://bank-records/c"), avro("gs://bank-records/d"),
			parquet("gs://bank-records/e"), rows(entries, truncate()), messages, mutations, imports},
		"one name with other suffixes":  {avro(prefix), parquet(prefix), many(prefix), many(prefix, textio.WithGzip())},
		"an object named as the prefix": {one(prefix), many(prefix), many(prefix + "-x"), one(prefix + "-00000-of-00001.txt")},
		"another bucket":                {one("gs://bank-records/out"), one("gs://bank-archive/out")},
		"a shared temporary folder": {many("gs://bank-records/a", textio.WithTempFolder(conflictKey.MustObject("gs://bank-temp/tmp"))),
			many("gs://bank-records/b", textio.WithTempFolder(conflictKey.MustObject("gs://bank-temp/tmp")))},
		"tables that are appended to": {rows(entries), rows(entries), javaRows("bank-prod:ledger.entries", "WRITE_APPEND"),
			rows(entries, bigqueryio.WithFileLoads(conflictKey.MustObject("gs://bank-temp/tmp")))},
		"other tables that are truncated": {rows(entries, truncate()), rows(entries+"2", truncate())},
		"topics":                          twice(messages),
		"databases":                       twice(mutations),
		"folders of imports":              twice(imports), // each file has a random name
	} {
		t.Run(name, func(t *testing.T) {
			err := inspect(t, pipeline(func(s beam.Scope) {
				for i, sink := range sinks {
					sink(s.Scope(fmt.Sprintf("Sink%d", i)))
				}
			})).Err()
			if err != nil {
				t.Errorf("got %v, want none refused", err)
			}
		})
	}
}
