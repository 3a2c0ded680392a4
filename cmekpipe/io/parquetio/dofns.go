package parquetio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	writeFn    struct{ shards.One[beam.X, rows] }
	bundleFn   struct{ shards.Bundle[beam.X, rows] }
	dealFn     struct{ shards.Deal[beam.X] }
	numberedFn struct{ shards.Numbered[beam.X, rows] }
	paneFn     struct{ shards.Pane[beam.X, rows] }
	publishFn  struct{ shards.Publish[beam.X, rows] }
)

// doFns returns the steps of a sharded write.
func (r rows) doFns(t shards.Target) shards.DoFns {
	w := shards.Writing[beam.X, rows]{Target: t, Format: r}
	return shards.DoFns{
		Bundle:   &bundleFn{shards.Bundle[beam.X, rows]{Writing: w}},
		Deal:     &dealFn{shards.Deal[beam.X]{Shards: t.Shards}},
		Numbered: &numberedFn{shards.Numbered[beam.X, rows]{Writing: w}},
		Pane:     &paneFn{shards.Pane[beam.X, rows]{Writing: w}},
		Publish:  &publishFn{shards.Publish[beam.X, rows]{Writing: w}},
	}
}

// Workers find DoFns by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[beam.X]{
		One: &writeFn{}, Bundle: &bundleFn{}, Deal: &dealFn{}, Numbered: &numberedFn{}, Pane: &paneFn{}, Publish: &publishFn{},
	})
	beam.RegisterDoFn(&readFn{})
	register.Emitter1[beam.X]()
}
