package crosslang

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Environment is the environment of another SDK's workers.
type Environment struct {
	// ID is the environment's id in the model.
	ID string
	// Service is the address of the expansion service that has the environment's files; "" if they lie on this machine.
	Service string

	proto *pipepb.Environment // the pipeline's own: it is never changed
}

// goEnvironment is the id in the model of the environment of this SDK's workers; expansion services send it back.
const goEnvironment = "go"

// Environments returns the environments that expansion services added to a pipeline, each once. It refuses one that
// Dataflow doesn't run, and two of one name. op is the operation that errors name.
func Environments(op string, edges []*graph.MultiEdge) ([]Environment, error) {
	var all []Environment
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
			if id == goEnvironment {
				continue
			}
			found := Environment{id, serviceOf(e.External.ExpansionAddr), environments[id]}
			if err := found.check(op, all); err != nil {
				return nil, err
			}
			all = append(all, found)
		}
	}
	slices.SortStableFunc(all, func(a, b Environment) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b Environment) bool { return a.ID == b.ID }), nil
}

// check refuses an environment that Dataflow doesn't run, and one that has the name of another: the model has room for one
// of them.
func (e Environment) check(op string, others []Environment) error {
	refuse := func(reason, hint string) error {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.Unsupported, Resource: "environment " + e.ID, Hint: hint, Err: errors.New(reason)}
	}
	if urn := e.proto.GetUrn(); urn != graphx.URNEnvDocker {
		return refuse("got workers of another SDK that run as "+urn+", want "+graphx.URNEnvDocker,
			"start the expansion service with Docker as its default environment")
	}
	for _, o := range others {
		if o.ID == e.ID && (o.Service != e.Service || !proto.Equal(o.proto, e.proto)) {
			return refuse("got two environments of this name", "use one expansion service for all transforms of an SDK")
		}
	}
	return nil
}

// serviceOf returns the address of an expansion service that can be asked for files. It returns "" for a service that Beam
// started itself, which has ended and left its files here, and for a handler in this program.
func serviceOf(address string) string {
	for _, automatic := range []string{"autojava:", "autopython:"} {
		if strings.HasPrefix(address, automatic) {
			return ""
		}
	}
	return address
}

// Unresolved reports whether only a service knows the environment's files.
func (e Environment) Unresolved() bool { return e.Service != "" && len(e.proto.GetDependencies()) > 0 }

// FileNames returns the names that the service gave the environment's files when the pipeline was built.
func (e Environment) FileNames() []string {
	var names []string
	for _, info := range e.proto.GetDependencies() {
		names = append(names, Name(info))
	}
	return names
}

// CopyTo gives a model environments of its own, which may be changed. Beam puts the pipeline's there.
func CopyTo(model *pipepb.Pipeline, all []Environment) {
	for _, e := range all {
		model.GetComponents().GetEnvironments()[e.ID] = proto.CloneOf(e.proto)
	}
}
