package bigqueryio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	beam.RegisterType(reflect.TypeFor[readStream]())
	register.DoFn3x1[context.Context, []byte, func(readStream), error](&sessionFn{})
	register.DoFn4x1[context.Context, readStream, func(beam.X), func(int, string), error](&streamFn{})
	register.DoFn2x0[[]byte, func(string)](&tokenFn{})
	register.DoFn3x1[context.Context, string, func(readStream), error](&queryFn{})
	register.DoFn4x1[context.Context, int, func(*string) bool, func(*string) bool, error](&cleanupFn{})
	register.Emitter1[readStream]()
	register.Emitter1[string]()
	register.Emitter2[int, string]()
	register.Iter1[string]()
}
