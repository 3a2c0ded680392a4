package guard

import (
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
)

// claim is what the transform with an index writes and no second sink may write too.
type claim struct {
	destination.Claim
	kind  cmekpipe.DestinationKind
	index int
}

// refuseConflicts refuses each sink that writes what an earlier one writes too, unless both append. Which of the two would
// replace the other's output is up to the runner.
func refuseConflicts(edges []*graph.MultiEdge, transforms []Transform) {
	var accepted []claim
	for i, e := range edges {
		second, ok := claimOf(e, transforms[i])
		if !ok {
			continue
		}
		second.index = i
		if first, found := second.conflict(accepted); found {
			transforms[i].refuseSecond(second.kind, transforms[first.index].Path())
			continue
		}
		accepted = append(accepted, second)
	}
}

// claimOf returns what a protected transform claims. A sink of this module has one step that claims something.
func claimOf(e *graph.MultiEdge, t Transform) (claim, bool) {
	c := claim{kind: t.Kind}
	if t.Verdict != Protected {
		return c, false
	}
	if e.DoFn != nil {
		if _, ours := destination.Of(e.DoFn.Recv); ours {
			var ok bool
			c.Claim, ok = destination.ClaimOf(e.DoFn.Recv)
			return c, ok
		}
	}
	c.Name, c.Appends = t.Destination, !replaces(e)
	if t.Kind == cmekpipe.KindBigQueryTable {
		c.Name = strings.Replace(c.Name, ":", ".", 1) // Java's transforms separate the project by a colon
	}
	return c, t.Kind == cmekpipe.KindObject || t.Kind == cmekpipe.KindBigQueryTable
}

// replaces reports whether a transform that is not of this module replaces what its destination has. Beam's writers of files
// do, and a BigQuery transform does unless it appends.
func replaces(e *graph.MultiEdge) bool {
	if e.External == nil {
		return true
	}
	_, v := readPayload(e.External.Urn, e.External.Payload)
	disposition := first(v, "write_disposition", "writeDisposition")
	return disposition != "" && disposition != "WRITE_APPEND"
}

// conflict returns the first of other claims that contains a name of this one.
func (c claim) conflict(others []claim) (claim, bool) {
	for _, o := range others {
		if c.overlaps(o) && !(c.Appends && o.Appends) {
			return o, true
		}
	}
	return claim{}, false
}

func (c claim) overlaps(o claim) bool {
	if c.kind == o.kind {
		return c.Name == o.Name
	}
	return c.contains(o) || o.contains(c)
}

// contains reports whether a claim on many objects contains that on one.
func (c claim) contains(o claim) bool {
	return c.Contains != nil && o.kind == cmekpipe.KindObject && c.Contains(o.Name)
}

// refuseSecond refuses a transform that writes what an earlier one writes too.
func (t *Transform) refuseSecond(kind cmekpipe.DestinationKind, earlier string) {
	remedy := map[cmekpipe.DestinationKind]string{
		cmekpipe.KindObject:         "write it to another object",
		cmekpipe.KindShardedObjects: "write it to another prefix, or with another suffix",
		cmekpipe.KindBigQueryTable: "write it to another table, or let both append: " +
			"bigqueryio.WithWriteDisposition(bigquery.WriteAppend)",
	}[kind]
	t.refuse("writes what "+earlier+" writes too, and one would replace the output of the other",
		remedy+"; or write both collections with one transform: beam.Flatten(s, first, second)")
	t.ConflictsWith = earlier
}
