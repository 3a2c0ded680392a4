package datastoreio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's datastoreio.
func init() {
	beam.RegisterType(reflect.TypeFor[keyRange]())
	beam.RegisterDoFn(&ensureFn{})
	dofn.Register3x1[context.Context, string, beam.X, error](&putFn{})
	dofn.Register2x1[context.Context, beam.X, error](&putKeyedFn{})
	dofn.Register2x1[context.Context, string, error](&deleteFn{})
	beam.RegisterDoFn(&splitFn{})
	beam.RegisterDoFn(&rangeFn{})
	register.Emitter1[keyRange]()
	register.Emitter1[beam.X]()
}
