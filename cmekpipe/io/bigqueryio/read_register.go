package bigqueryio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	beam.RegisterType(reflect.TypeFor[readStream]())
	beam.RegisterDoFn(&sessionFn{})
	beam.RegisterDoFn(&streamFn{})
	beam.RegisterDoFn(&tokenFn{})
	beam.RegisterDoFn(&queryFn{})
	beam.RegisterDoFn(&cleanupFn{})
	register.Emitter1[readStream]()
	register.Emitter1[string]()
	register.Emitter1[beam.X]()
	register.Emitter2[int, string]()
	register.Iter1[string]()
}
