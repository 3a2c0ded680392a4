package textio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	shards.Register(shards.Types[string]{
		WriteSingle: &writeFn{}, WriteBundle: &bundleFn{}, AssignShards: &dealFn{}, WriteShard: &numberedFn{}, WritePane: &paneFn{}, Publish: &publishFn{},
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
