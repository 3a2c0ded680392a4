package launch

import (
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// foreign is the environment of another SDK's workers.
type foreign struct {
	id string // in the model
	// service is the address of the expansion service that has the environment's files; "" if they lie on this machine.
	service     string
	environment *pipepb.Environment // the pipeline's own: it is never changed
}

// goEnvironment is what the model calls the environment of this SDK's workers; expansion services send it back.
const goEnvironment = "go"

// foreigners returns the environments that expansion services added to a pipeline, each once.
func foreigners(edges []*graph.MultiEdge) ([]foreign, error) {
	var all []foreign
	for _, e := range edges {
		if e.Op != graph.External || e.External == nil || e.External.Expanded == nil {
			continue
		}
		components, err := graphx.ExpandedComponents(e.External.Expanded)
		if err != nil {
			return nil, err
		}
		environments := components.GetEnvironments()
		for _, id := range slices.Sorted(maps.Keys(environments)) {
			f := foreign{id, serviceOf(e.External.ExpansionAddr), environments[id]}
			if id == goEnvironment {
				continue
			}
			if err := f.check(all); err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return slices.CompactFunc(sorted(all), func(a, b foreign) bool { return a.id == b.id }), nil
}

func sorted(all []foreign) []foreign {
	slices.SortStableFunc(all, func(a, b foreign) int { return strings.Compare(a.id, b.id) })
	return all
}

// check refuses an environment that Dataflow doesn't run, and one that has the name of another: the model has room for one
// of them.
func (f foreign) check(others []foreign) error {
	if urn := f.environment.GetUrn(); urn != graphx.URNEnvDocker {
		return refuse(cmekpipe.Unsupported, "environment "+f.id, "got workers of another SDK that run as "+urn+", want "+graphx.URNEnvDocker,
			"start the expansion service with Docker as its default environment")
	}
	for _, o := range others {
		if o.id == f.id && (o.service != f.service || !proto.Equal(o.environment, f.environment)) {
			return refuse(cmekpipe.Unsupported, "environment "+f.id, "got two environments of this name",
				"use one expansion service for all transforms of an SDK")
		}
	}
	return nil
}

// serviceOf returns the address of an expansion service that can be asked for files, and "" for a service that Beam
// started by itself, which has ended and left its files here, and for a handler in this program.
func serviceOf(address string) string {
	for _, automatic := range []string{"autojava:", "autopython:"} {
		if strings.HasPrefix(address, automatic) {
			return ""
		}
	}
	return address
}

// apart gives a model environments of its own, which may be changed. Beam puts the pipeline's there.
func apart(model *pipepb.Pipeline, all []foreign) {
	for _, f := range all {
		model.GetComponents().GetEnvironments()[f.id] = proto.CloneOf(f.environment)
	}
}

// asks reports whether the environment's files are known only to a service.
func (f foreign) asks() bool { return f.service != "" && len(f.environment.GetDependencies()) > 0 }
