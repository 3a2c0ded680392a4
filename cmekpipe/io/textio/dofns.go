package textio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	bundleFn struct {
		shards.WriteBundle[string, lines]
	}
	dealFn     struct{ shards.AssignShards[string] }
	numberedFn struct {
		shards.WriteShard[string, lines]
	}
	paneFn struct {
		shards.WritePane[string, lines]
	}
	witnessFn struct {
		shards.WriteWitness[string, lines]
	}
)

// doFns returns the steps of a write.
func (l lines) doFns(t shards.Output) shards.DoFns {
	w := shards.WriteStep[string, lines]{Output: t, Format: l}
	return shards.DoFns{
		WriteBundle:  &bundleFn{shards.WriteBundle[string, lines]{WriteStep: w}},
		AssignShards: &dealFn{shards.AssignShards[string]{Shards: t.Shards}},
		WriteShard:   &numberedFn{shards.WriteShard[string, lines]{WriteStep: w}},
		WritePane:    &paneFn{shards.WritePane[string, lines]{WriteStep: w}},
		WriteWitness: &witnessFn{shards.WriteWitness[string, lines]{WriteStep: w}},
		ContentType:  l.ContentType(),
	}
}

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[string]{
		WriteBundle: &bundleFn{}, AssignShards: &dealFn{}, WriteShard: &numberedFn{}, WritePane: &paneFn{}, WriteWitness: &witnessFn{},
	})
	beam.RegisterType(reflect.TypeFor[wholeFile]())
	beam.RegisterDoFn(&sortFn{})
	beam.RegisterDoFn(&wholeFilesFn{})
	beam.RegisterDoFn(&wholeFn{})
	beam.RegisterDoFn(&wholeNamedFn{})
	register.Emitter1[string]()
	register.Emitter1[wholeFile]()
	register.Emitter2[string, string]()
}
