package datastoreio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's datastoreio.
//
// A generated call, from package register, takes long to compile for a DoFn of three parameters or more: of those, only the
// one that is called for each element has it.
func init() {
	beam.RegisterType(reflect.TypeFor[keyRange]())
	register.DoFn1x0[[]byte](&ensureFn{})
	register.DoFn3x1[context.Context, string, beam.X, error](&putFn{})
	register.DoFn2x1[context.Context, beam.X, error](&putKeyedFn{})
	register.DoFn2x1[context.Context, string, error](&deleteFn{})
	beam.RegisterDoFn(&splitFn{})
	beam.RegisterDoFn(&rangeFn{})
	register.Emitter1[keyRange]()
	register.Emitter1[beam.X]()
}
