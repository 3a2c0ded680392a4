package guard

import (
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
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
