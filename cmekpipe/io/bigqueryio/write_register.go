package bigqueryio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry. An instance of register.DoFn2x0 or its
// sisters takes half a minute to compile, so that there is none.
func init() {
	registerRational()
	beam.RegisterType(reflect.TypeFor[run]())
	beam.RegisterType(reflect.TypeFor[written]())
	beam.RegisterType(reflect.TypeFor[loadFile]())
	beam.RegisterDoFn(&prepareFn{})
	beam.RegisterDoFn(&pendingFn{})
	registerAppend()
	beam.RegisterDoFn(&commitFn{})
	beam.RegisterDoFn(&defaultFn{})
	beam.RegisterDoFn(&fileFn{})
	beam.RegisterDoFn(&loadFn{})
	beam.RegisterDoFn(&idFn{})
	beam.RegisterDoFn(&insertFn{})
	register.Emitter1[run]()
	register.Emitter2[int, written]()
	register.Emitter2[int, loadFile]()
	register.Emitter2[beam.EventTime, beam.X]()
	register.Iter1[run]()
	register.Iter1[written]()
	register.Iter1[loadFile]()
}
