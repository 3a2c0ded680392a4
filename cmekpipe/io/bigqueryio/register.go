package bigqueryio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	registerRational()
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

	beam.RegisterType(reflect.TypeFor[run]())
	beam.RegisterType(reflect.TypeFor[written]())
	beam.RegisterType(reflect.TypeFor[loadFile]())
	beam.RegisterDoFn(&prepareFn{})
	dofn.Register6x1[context.Context, beam.EventTime, beam.X, run, func(int, written), func(beam.EventTime, beam.X), error](&pendingFn{})
	beam.RegisterDoFn(&commitFn{})
	dofn.Register5x1[context.Context, beam.EventTime, beam.X, run, func(beam.EventTime, beam.X), error](&defaultFn{})
	dofn.Register6x1[context.Context, beam.EventTime, beam.X, run, func(int, loadFile), func(beam.EventTime, beam.X), error](&fileFn{})
	beam.RegisterDoFn(&loadFn{})
	dofn.Register2x0[beam.X, func(string, beam.X)](&idFn{})
	dofn.Register6x1[context.Context, beam.EventTime, string, beam.X, run, func(beam.EventTime, beam.X), error](&insertFn{})
	register.Emitter1[run]()
	register.Emitter2[int, written]()
	register.Emitter2[int, loadFile]()
	register.Emitter2[beam.EventTime, beam.X]()
	register.Iter1[run]()
	register.Iter1[written]()
	register.Iter1[loadFile]()
}
