package textio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// The DoFns of package shards under names of this package, which Beam and guard go by.
type (
	writeFn    struct{ shards.One[string, lines] }
	bundleFn   struct{ shards.Bundle[string, lines] }
	dealFn     struct{ shards.Deal[string] }
	numberedFn struct{ shards.Numbered[string, lines] }
	paneFn     struct{ shards.Pane[string, lines] }
	publishFn  struct{ shards.Publish[string, lines] }
)

// doFns returns the steps of a sharded write.
func (l lines) doFns(t shards.Target) shards.DoFns {
	w := shards.Writing[string, lines]{Target: t, Format: l}
	return shards.DoFns{
		Bundle:   &bundleFn{shards.Bundle[string, lines]{Writing: w}},
		Deal:     &dealFn{shards.Deal[string]{Shards: t.Shards}},
		Numbered: &numberedFn{shards.Numbered[string, lines]{Writing: w}},
		Pane:     &paneFn{shards.Pane[string, lines]{Writing: w}},
		Publish:  &publishFn{shards.Publish[string, lines]{Writing: w}},
	}
}

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[string]{
		One: &writeFn{}, Bundle: &bundleFn{}, Deal: &dealFn{}, Numbered: &numberedFn{}, Pane: &paneFn{}, Publish: &publishFn{},
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
