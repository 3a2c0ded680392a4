package parquetio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	bundleFn struct {
		shards.WriteBundle[beam.X, rows]
	}
	dealFn     struct{ shards.AssignShards[beam.X] }
	numberedFn struct {
		shards.WriteShard[beam.X, rows]
	}
	paneFn    struct{ shards.WritePane[beam.X, rows] }
	witnessFn struct {
		shards.WriteWitness[beam.X, rows]
	}
)

// doFns returns the steps of a write.
func (r rows) doFns(t shards.Output) shards.DoFns {
	w := shards.WriteStep[beam.X, rows]{Output: t, Format: r}
	return shards.DoFns{
		WriteBundle:  &bundleFn{shards.WriteBundle[beam.X, rows]{WriteStep: w}},
		AssignShards: &dealFn{shards.AssignShards[beam.X]{Shards: t.Shards}},
		WriteShard:   &numberedFn{shards.WriteShard[beam.X, rows]{WriteStep: w}},
		WritePane:    &paneFn{shards.WritePane[beam.X, rows]{WriteStep: w}},
		WriteWitness: &witnessFn{shards.WriteWitness[beam.X, rows]{WriteStep: w}},
		ContentType:  r.ContentType(),
	}
}

// Workers find DoFns by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[beam.X]{
		WriteBundle: &bundleFn{}, AssignShards: &dealFn{}, WriteShard: &numberedFn{}, WritePane: &paneFn{}, WriteWitness: &witnessFn{},
	})
	beam.RegisterDoFn(&readFn{})
	register.Emitter1[beam.X]()
}
