package guard

import (
	"errors"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Inspect judges every transform of a pipeline. It changes nothing in it, so that the pipeline may be inspected again
// and run afterwards. It fails only if Beam can't build the pipeline; what it found is for [Coverage.Err] to refuse.
func Inspect(p *beam.Pipeline, options ...Option) (*Coverage, error) {
	edges, err := build(p)
	if err != nil {
		return nil, &cmekpipe.Error{Op: "guard.Inspect", Code: cmekpipe.InvalidOptions, Resource: "pipeline",
			Hint: "make the pipeline with beam.NewPipeline and all of its transforms below its own root", Err: err}
	}
	in := &inspection{known: newCatalogue(), settings: newSettings(options), scopes: scopesOf(edges)}
	c := &Coverage{
		Transforms: make([]Transform, 0, len(edges)), Hooks: enabledHooks(), Beam: core.SdkVersion,
		inspected: true, strict: in.strict, reviewed: in.reviewed,
	}
	c.Metadata.Uncovered = uncovered()
	for _, e := range edges {
		t := in.judge(e)
		t.Constants = c.Metadata.add(e)
		c.Transforms = append(c.Transforms, t)
	}
	refuseConflicts(edges, c.Transforms)
	return c, nil
}

// build keeps a panic of Beam's, such as for a Pipeline that NewPipeline did not make, from passing for a finding.
func build(p *beam.Pipeline) (edges []*graph.MultiEdge, err error) {
	if p == nil {
		return nil, errors.New("got no pipeline")
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("got a pipeline that Beam can't build: %v", r)
		}
	}()
	edges, _, err = p.Build()
	return edges, err
}
