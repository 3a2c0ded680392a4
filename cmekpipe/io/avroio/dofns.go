package avroio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	bundleFn struct {
		shards.WriteBundle[string, container]
	}
	dealFn     struct{ shards.AssignShards[string] }
	numberedFn struct {
		shards.WriteShard[string, container]
	}
	paneFn struct {
		shards.WritePane[string, container]
	}
	witnessFn struct {
		shards.WriteWitness[string, container]
	}
)

// doFns returns the steps of a write.
func (c container) doFns(t shards.Output) shards.DoFns {
	w := shards.WriteStep[string, container]{Output: t, Format: c}
	return shards.DoFns{
		WriteBundle:  &bundleFn{shards.WriteBundle[string, container]{WriteStep: w}},
		AssignShards: &dealFn{shards.AssignShards[string]{Shards: t.Shards}},
		WriteShard:   &numberedFn{shards.WriteShard[string, container]{WriteStep: w}},
		WritePane:    &paneFn{shards.WritePane[string, container]{WriteStep: w}},
		WriteWitness: &witnessFn{shards.WriteWitness[string, container]{WriteStep: w}},
		ContentType:  c.ContentType(),
	}
}

// Workers find DoFns by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[string]{
		WriteBundle: &bundleFn{}, AssignShards: &dealFn{}, WriteShard: &numberedFn{}, WritePane: &paneFn{}, WriteWitness: &witnessFn{},
	})
	beam.RegisterDoFn(&readFn{})
	register.Emitter1[beam.X]()
}
