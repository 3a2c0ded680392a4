package bigqueryio

import (
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
	beam.RegisterDoFn(&prepareFn{})
	// Package register compiles for minutes where a method has four parameters or more.
	beam.RegisterDoFn(&pendingFn{})
	registerAppend()
	beam.RegisterDoFn(&commitFn{})
	beam.RegisterDoFn(&defaultFn{})
	beam.RegisterDoFn(&fileFn{})
	beam.RegisterDoFn(&loadFn{})
	register.DoFn2x0[beam.X, func(string, beam.X)](&idFn{})
	beam.RegisterDoFn(&insertFn{})
	register.Emitter1[run]()
	register.Emitter2[int, written]()
	register.Emitter2[int, loadFile]()
	register.Emitter2[beam.EventTime, beam.X]()
	register.Iter1[run]()
	register.Iter1[written]()
	register.Iter1[loadFile]()
}
