package datastoreio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's datastoreio.
func init() {
	beam.RegisterType(reflect.TypeFor[keyRange]())
	register.DoFn1x0[[]byte](&ensureFn{})
	register.DoFn3x1[context.Context, string, beam.X, error](&putFn{})
	register.DoFn2x1[context.Context, beam.X, error](&putKeyedFn{})
	register.DoFn2x1[context.Context, string, error](&deleteFn{})
	register.DoFn3x1[context.Context, []byte, func(keyRange), error](&splitFn{})
	register.DoFn3x1[context.Context, keyRange, func(beam.X), error](&rangeFn{})
	register.Emitter1[keyRange]()
	register.Emitter1[beam.X]()
}
