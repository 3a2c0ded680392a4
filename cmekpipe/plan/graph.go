package plan

import (
	"fmt"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// maxRequest is how large the request that creates a job may be, and maxGraph the graph in it.
// Source: https://docs.cloud.google.com/dataflow/quotas.
const maxRequest, maxGraph = 20 << 20, 10 << 20

// Part is a transform of a graph and the bytes of its payload.
type Part struct {
	Transform string
	Bytes     int
}

// SetGraph adds a finding for a graph that is larger than Dataflow accepts. parts are its transforms.
func (p *Plan) SetGraph(bytes int, parts []Part) {
	if bytes <= maxGraph {
		return
	}
	slices.SortStableFunc(parts, func(a, b Part) int { return b.Bytes - a.Bytes })
	detail := fmt.Sprintf("got %d bytes, want at most %d, the limit of a graph; that of a job's request is %d", bytes, maxGraph, maxRequest)
	for _, part := range parts[:min(3, len(parts))] {
		detail += fmt.Sprintf("; %d bytes in %s", part.Bytes, part.Transform)
	}
	p.Findings = append(p.Findings, rule.Finding{Rule: rule.GraphSize, Resource: "pipeline graph", Detail: detail})
}
