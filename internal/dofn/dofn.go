// Package dofn registers DoFns with Beam so that workers call them without reflection.
//
// Use it for DoFns that process many elements. Beam's package register does the same, but each of its functions for
// structs needs half a minute to compile, because it is instantiated for every possible signature of a lifecycle
// method. This package calls only ProcessElement directly; the other methods, called once per bundle, are called
// through reflection.
//
// Beam registers the callers by the string form of the function's type, which is the same for two packages with the
// same name. A function of another type with the same string is called through reflection, as if it were not
// registered.
package dofn

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
)

// Register2x0 registers a DoFn whose ProcessElement has two parameters and returns nothing.
func Register2x0[A, B any](fn interface{ ProcessElement(A, B) }) {
	register(fn, func(f func(A, B), b base) reflectx.Func { return func2x0[A, B]{b, f} })
}

// Register1x1 registers a DoFn whose ProcessElement has one parameter and returns a value.
func Register1x1[A, R any](fn interface{ ProcessElement(A) R }) {
	register(fn, func(f func(A) R, b base) reflectx.Func { return func1x1[A, R]{b, f} })
}

// Register1x2 registers a DoFn whose ProcessElement has one parameter and returns two values.
func Register1x2[A, R, S any](fn interface{ ProcessElement(A) (R, S) }) {
	register(fn, func(f func(A) (R, S), b base) reflectx.Func { return func1x2[A, R, S]{b, f} })
}

// Register2x1 registers a DoFn whose ProcessElement has two parameters and returns a value.
func Register2x1[A, B, R any](fn interface{ ProcessElement(A, B) R }) {
	register(fn, func(f func(A, B) R, b base) reflectx.Func { return func2x1[A, B, R]{b, f} })
}

// Register3x1 registers a DoFn whose ProcessElement has three parameters and returns a value.
func Register3x1[A, B, C, R any](fn interface{ ProcessElement(A, B, C) R }) {
	register(fn, func(f func(A, B, C) R, b base) reflectx.Func { return func3x1[A, B, C, R]{b, f} })
}

// Register4x1 registers a DoFn whose ProcessElement has four parameters and returns a value.
func Register4x1[A, B, C, D, R any](fn interface{ ProcessElement(A, B, C, D) R }) {
	register(fn, func(f func(A, B, C, D) R, b base) reflectx.Func { return func4x1[A, B, C, D, R]{b, f} })
}

// Register5x1 registers a DoFn whose ProcessElement has five parameters and returns a value.
func Register5x1[A, B, C, D, E, R any](fn interface{ ProcessElement(A, B, C, D, E) R }) {
	register(fn, func(f func(A, B, C, D, E) R, b base) reflectx.Func { return func5x1[A, B, C, D, E, R]{b, f} })
}

// Register6x1 registers a DoFn whose ProcessElement has six parameters and returns a value.
func Register6x1[A, B, C, D, E, F, R any](fn interface{ ProcessElement(A, B, C, D, E, F) R }) {
	register(fn, func(f func(A, B, C, D, E, F) R, b base) reflectx.Func { return func6x1[A, B, C, D, E, F, R]{b, f} })
}

// register registers a DoFn, and a caller for functions of type F, the type of its ProcessElement.
func register[F any](fn any, caller func(F, base) reflectx.Func) {
	beam.RegisterDoFn(fn)
	reflectx.RegisterFunc(reflect.TypeFor[F](), func(f any) reflectx.Func {
		b := base{reflect.ValueOf(f)}
		if typed, ok := f.(F); ok {
			return caller(typed, b)
		}
		return b
	})
}
