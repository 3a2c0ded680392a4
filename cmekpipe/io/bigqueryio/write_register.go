package bigqueryio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	registerRational()
	beam.RegisterType(reflect.TypeFor[run]())
	beam.RegisterType(reflect.TypeFor[written]())
	beam.RegisterType(reflect.TypeFor[loadFile]())
	register.DoFn3x1[context.Context, []byte, func(run), error](&prepareFn{})
	// Package register compiles for minutes where a method has five parameters or more.
	beam.RegisterDoFn(&pendingFn{})
	register.DoFn4x1[context.Context, int, func(*run) bool, func(*written) bool, error](&commitFn{})
	beam.RegisterDoFn(&defaultFn{})
	beam.RegisterDoFn(&fileFn{})
	register.DoFn4x1[context.Context, int, func(*run) bool, func(*loadFile) bool, error](&loadFn{})
	register.DoFn2x0[beam.X, func(string, beam.X)](&idFn{})
	beam.RegisterDoFn(&insertFn{})
	register.Emitter1[run]()
	register.Emitter2[int, written]()
	register.Emitter2[int, loadFile]()
	register.Iter1[run]()
	register.Iter1[written]()
	register.Iter1[loadFile]()
}
