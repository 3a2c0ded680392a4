package guard

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const (
	javaURN   = "beam:transform:org.apache.beam:" // what the URNs of Java's transforms begin with
	pythonURN = "beam:transforms:python:fully_qualified_named"
)

// schemaTransformURN is the URN of all schema transforms; the payload identifies which one it is.
const schemaTransformURN = "beam:expansion:payload:schematransform:v1"

// judgeExternal judges a transform that the runner or another SDK executes.
func (in *inspection) judgeExternal(e *graph.MultiEdge, t *Transform) {
	var v values
	if e.External != nil {
		t.Identity, v = readPayload(e.External.Urn, e.External.Payload)
	} else {
		t.Identity, v = readPayload(e.Payload.URN, e.Payload.Data)
	}
	t.Name = urnName(t.Identity)
	row, ok := in.known[t.Identity]
	if !ok {
		row = unknownExternal()
	}
	row.apply(v, false, t)
	if t.Verdict == Protected {
		in.judgeKeyLocation(t)
	}
	if e.External != nil && e.External.Expanded != nil && t.Verdict != Unprotected {
		in.judgeExpansion(e.External.Expanded, t)
	}
}

// judgeKeyLocation refuses a key in another region than the job's. Guard does not know where the dataset is; a connector that
// asks BigQuery does.
func (in *inspection) judgeKeyLocation(t *Transform) {
	where := t.Key.Location()
	if in.region == "" || !location.IsRegion(where) || where == in.region {
		return
	}
	t.refuse(fmt.Sprintf("got a kms_key in %s for a job in %s", where, in.region), fmt.Sprintf(
		"create the destination from a key in %s; for a table in %s use %sbigqueryio.Write, which checks the dataset's location: "+
			"bigqueryio.Write(s, %s, col)", in.region, where, connectorPath, created("BigQueryTable", t.Destination, "PROJECT.DATASET.TABLE")))
	t.Caveat = ""
}

// judgeExpansion searches the transforms that an expansion service returned for writers, and for some that guard does not
// know.
func (in *inspection) judgeExpansion(expanded *graph.ExpandedTransform, t *Transform) {
	components, ok := expanded.Components.(*pipepb.Components)
	if !ok {
		return
	}
	var unknown []string
	for _, id := range slices.Sorted(maps.Keys(components.GetTransforms())) {
		inner := components.GetTransforms()[id]
		urn := inner.GetSpec().GetUrn()
		row, listed := in.known[urn]
		switch {
		case urn == t.Identity, urn == "":
		case row.verdict == Unprotected && t.Verdict != Protected:
			t.refuse("expanded to a transform "+cmekpipe.Printable(urn)+", which "+row.reason, row.replacement)
			return
		case !listed && len(inner.GetSubtransforms()) == 0 && !isModel(urn):
			unknown = append(unknown, cmekpipe.Printable(urn))
		}
	}
	if len(unknown) == 0 {
		return
	}
	slices.Sort(unknown)
	t.UserCode = append(t.UserCode, slices.Compact(unknown)...)
	t.Caveat = joinedCaveats(t.Caveat, "what the expansion service made of it: it runs "+strings.Join(slices.Compact(unknown), ", ")+
		", which guard does not know")
}

func joinedCaveats(first, second string) string {
	if first == "" {
		return second
	}
	return first + "; " + second
}

// isModel reports whether a URN is of Beam's model and names a computation: a primitive or a composite that every runner has.
// Source: message StandardPTransforms in beam_runner_api.proto.
func isModel(urn string) bool {
	name, _ := strings.CutPrefix(urn, "beam:transform:")
	return slices.Contains([]string{
		"pardo:v1", "flatten:v1", "group_by_key:v1", "impulse:v1", "window_into:v1", "merge_windows:v1", "map_windows:v1",
		"read:v1", "create_view:v1", "combine_per_key:v1", "combine_globally:v1", "reshuffle:v1", "redistribute_by_key:v1",
		"redistribute_arbitrarily:v1", "teststream:v1", "generic_composite:v1", "group_into_batches:v1",
		"group_into_batches_with_sharded_key:v1", "combine_per_key_precombine:v1", "combine_per_key_merge_accumulators:v1",
		"combine_per_key_extract_outputs:v1", "combine_per_key_convert_to_accumulators:v1", "combine_grouped_values:v1",
		"sdf_pair_with_restriction:v1", "sdf_split_and_size_restrictions:v1",
		"sdf_process_sized_element_and_restrictions:v1", "sdf_truncate_sized_restrictions:v1",
	}, name)
}

// readPayload returns what identifies an external transform and what its payload says. A payload that can't be read
// says nothing.
func readPayload(urn string, payload []byte) (identity string, v values) {
	switch urn {
	case "beam:transform:pubsub_write:v1":
		var p pipepb.PubSubWritePayload
		if proto.Unmarshal(payload, &p) == nil {
			v = values{"Topic": p.GetTopic()}
		}
	case "beam:transform:pubsub_read:v1":
		var p pipepb.PubSubReadPayload
		if proto.Unmarshal(payload, &p) == nil {
			v = values{"Topic": p.GetTopic(), "Subscription": p.GetSubscription()}
		}
	case schemaTransformURN:
		var p pipepb.SchemaTransformPayload
		if proto.Unmarshal(payload, &p) == nil && p.GetIdentifier() != "" {
			urn = p.GetIdentifier()
			v = completeRow(p.GetConfigurationSchema(), p.GetConfigurationRow())
		}
	case pythonURN:
		// Beam's Go SDK writes rows for Python that don't match their schema, but the first field is sound.
		var p pipepb.ExternalConfigurationPayload
		if proto.Unmarshal(payload, &p) == nil {
			v, _ = rowValues(p.GetSchema(), p.GetPayload())
		}
	default:
		var p pipepb.ExternalConfigurationPayload
		if proto.Unmarshal(payload, &p) == nil {
			v = completeRow(p.GetSchema(), p.GetPayload())
		}
	}
	return urn, v
}

func completeRow(schema *pipepb.Schema, row []byte) values {
	v, ok := rowValues(schema, row)
	if !ok {
		return nil
	}
	return v
}

// urnName returns the telling part of a URN: "kafka_write" of "beam:transform:org.apache.beam:kafka_write:v1".
func urnName(urn string) string {
	parts := strings.Split(urn, ":")
	last := len(parts) - 1
	if last > 0 && strings.HasPrefix(parts[last], "v") {
		last--
	}
	return parts[last]
}

func unknownExternal() entry {
	return entry{verdict: Unprotected,
		reason: "runs code of another SDK or of the runner, which guard does not know and which does not get the job's key",
		replacement: "use a connector of github.com/cmekpipe/cmekpipe-go/cmekpipe/io, " +
			"or a BigQuery schema transform with kms_key"}
}

// external are the transforms that another SDK executes, known by URN or by the identifier of a schema transform.
func external() []entry {
	return append(schemaTransforms(),
		entry{
			identity: javaURN + "schemaio_bigquery_write:v1", verdict: Unprotected,
			reason:      "creates tables and temporary tables, and accepts no key",
			replacement: ours("xlang/bigqueryio.Write", "a table"),
			call:        func(v values) string { return callXlangWrite(schemaIOConfig(v)["table"]) },
			place:       func(v values) string { return schemaIOConfig(v)["table"] },
		},
		entry{
			identity: javaURN + "schemaio_bigquery_read:v1", verdict: Unprotected,
			reason:      "copies what it reads to temporary tables or files, and accepts no key",
			replacement: ours("bigqueryio.Query", "a project"),
			call:        callQuery,
			place:       func(v values) string { return schemaIOConfig(v)["table"] },
			refine: func(v values, t *Transform) {
				if table := schemaIOConfig(v)["table"]; table != "" {
					t.Replacement = fmt.Sprintf("use %sxlang/bigqueryio.Read, which creates no table: bigqueryio.Read(s, %q, t)", connectorPath, table)
				}
			},
		},
		entry{identity: javaURN + "bigquery_write:v1", verdict: Unprotected,
			reason:      "writes to BigQuery, and names no key that guard can read",
			replacement: ours("xlang/bigqueryio.Write", "a table"), call: func(values) string { return callXlangWrite("") }},
		entry{identity: "beam:transform:write_files:v1", verdict: Unprotected,
			reason: "creates files without a key", replacement: ours("textio.Write", "an object"),
			call: func(values) string {
				return "textio.Write(s, " + created("Object", "", "gs://BUCKET/OBJECT") + ", col)"
			}},
		entry{identity: javaURN + "schemaio_jdbc_read:v1", verdict: ReadsOnly, caveat: unreadStatement,
			reason: "runs a statement that guard does not read; make sure that it only selects",
			refine: func(v values, t *Transform) {
				t.UserCode = []string{t.Identity}
				refineQueryFor(jdbcService(v), t)
			}},
		entry{identity: javaURN + "schemaio_jdbc_write:v1", verdict: NoCMEK,
			reason: "a database behind JDBC is outside this module; make sure that its storage is encrypted with your key",
			place:  func(v values) string { return joined(" ", "table", first(v, "location", "Location")) },
			refine: func(v values, t *Transform) { refineRowsFor(jdbcService(v), first(v, "location", "Location"), t) }},
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
