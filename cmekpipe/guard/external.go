package guard

import (
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
)

const (
	javaURN   = "beam:transform:org.apache.beam:" // what the URNs of Java's transforms begin with
	pythonURN = "beam:transforms:python:fully_qualified_named"
)

// schemaTransformURN is the URN of all schema transforms; the payload identifies which one it is.
const schemaTransformURN = "beam:expansion:payload:schematransform:v1"

// judgeExternal judges a transform that the runner or another SDK executes.
func judgeExternal(known catalogue, e *graph.MultiEdge, t *Transform) {
	var v values
	if e.External != nil {
		t.Identity, v = readPayload(e.External.Urn, e.External.Payload)
	} else {
		t.Identity, v = readPayload(e.Payload.URN, e.Payload.Data)
	}
	t.Name = urnName(t.Identity)
	row, ok := known[t.Identity]
	if !ok {
		row = unknownExternal()
	}
	row.apply(v, t)
	if e.External != nil && e.External.Expanded != nil && t.Verdict != Unprotected && t.Verdict != Protected {
		judgeExpansion(known, e.External.Expanded, t)
	}
}

// judgeExpansion searches for writers among the transforms that an expansion service returned.
func judgeExpansion(known catalogue, expanded *graph.ExpandedTransform, t *Transform) {
	components, ok := expanded.Components.(*pipepb.Components)
	if !ok {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(components.GetTransforms())) {
		urn := components.GetTransforms()[id].GetSpec().GetUrn()
		if row := known[urn]; row.verdict == Unprotected && urn != t.Identity {
			t.Verdict, t.Replacement = Unprotected, row.replacement
			t.Reason = "expanded to a transform " + urn + ", which " + row.reason
			return
		}
	}
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
