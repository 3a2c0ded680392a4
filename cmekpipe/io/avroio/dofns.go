package avroio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	bundleFn struct {
		shards.Bundle[string, container]
	}
	dealFn     struct{ shards.Deal[string] }
	numberedFn struct {
		shards.Numbered[string, container]
	}
	paneFn    struct{ shards.Pane[string, container] }
	publishFn struct {
		shards.Publish[string, container]
	}
)

// doFns returns the steps of a sharded write.
func (c container) doFns(t shards.Target) shards.DoFns {
	w := shards.Writing[string, container]{Target: t, Format: c}
	return shards.DoFns{
		Bundle:   &bundleFn{shards.Bundle[string, container]{Writing: w}},
		Deal:     &dealFn{shards.Deal[string]{Shards: t.Shards}},
		Numbered: &numberedFn{shards.Numbered[string, container]{Writing: w}},
		Pane:     &paneFn{shards.Pane[string, container]{Writing: w}},
		Publish:  &publishFn{shards.Publish[string, container]{Writing: w}},
	}
}

// Workers find DoFns by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[string]{
		Bundle: &bundleFn{}, Deal: &dealFn{}, Numbered: &numberedFn{}, Pane: &paneFn{}, Publish: &publishFn{},
	})
	beam.RegisterDoFn(&readFn{})
	register.Emitter1[beam.X]()
}
