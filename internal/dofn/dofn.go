// Package dofn registers DoFns with Beam so that workers call them without reflection.
//
// Use it for DoFns that process many elements. Beam's package register does the same, but each of its functions for
// structs needs half a minute to compile, because it is instantiated for every possible signature of a lifecycle
// method. This package calls only ProcessElement directly; the other methods, called once per bundle, are called
// through reflection.
//
// Beam registers the callers by the string form of the struct's type, which is the same for two packages with the same
// name. A struct whose ProcessElement has another type is called through reflection, as if it were not registered.
package dofn

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
)

// Register2x0 registers a DoFn whose ProcessElement has two parameters and returns nothing.
func Register2x0[A, B any](fn interface{ ProcessElement(A, B) }) {
	register(fn, func(fn interface{ ProcessElement(A, B) }) reflectx.Func {
		return func2x0[A, B]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register1x1 registers a DoFn whose ProcessElement has one parameter and returns a value.
func Register1x1[A, R any](fn interface{ ProcessElement(A) R }) {
	register(fn, func(fn interface{ ProcessElement(A) R }) reflectx.Func {
		return func1x1[A, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register1x2 registers a DoFn whose ProcessElement has one parameter and returns two values.
func Register1x2[A, R, S any](fn interface{ ProcessElement(A) (R, S) }) {
	register(fn, func(fn interface{ ProcessElement(A) (R, S) }) reflectx.Func {
		return func1x2[A, R, S]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register2x1 registers a DoFn whose ProcessElement has two parameters and returns a value.
func Register2x1[A, B, R any](fn interface{ ProcessElement(A, B) R }) {
	register(fn, func(fn interface{ ProcessElement(A, B) R }) reflectx.Func {
		return func2x1[A, B, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register3x1 registers a DoFn whose ProcessElement has three parameters and returns a value.
func Register3x1[A, B, C, R any](fn interface{ ProcessElement(A, B, C) R }) {
	register(fn, func(fn interface{ ProcessElement(A, B, C) R }) reflectx.Func {
		return func3x1[A, B, C, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register4x1 registers a DoFn whose ProcessElement has four parameters and returns a value.
func Register4x1[A, B, C, D, R any](fn interface{ ProcessElement(A, B, C, D) R }) {
	register(fn, func(fn interface{ ProcessElement(A, B, C, D) R }) reflectx.Func {
		return func4x1[A, B, C, D, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register5x1 registers a DoFn whose ProcessElement has five parameters and returns a value.
func Register5x1[A, B, C, D, E, R any](fn interface{ ProcessElement(A, B, C, D, E) R }) {
	register(fn, func(fn interface{ ProcessElement(A, B, C, D, E) R }) reflectx.Func {
		return func5x1[A, B, C, D, E, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// Register6x1 registers a DoFn whose ProcessElement has six parameters and returns a value.
func Register6x1[A, B, C, D, E, F, R any](fn interface{ ProcessElement(A, B, C, D, E, F) R }) {
	register(fn, func(fn interface{ ProcessElement(A, B, C, D, E, F) R }) reflectx.Func {
		return func6x1[A, B, C, D, E, F, R]{method(fn.ProcessElement), fn.ProcessElement}
	})
}

// register registers a DoFn, and a caller of the ProcessElement of structs of its type. F is the interface of that method: a
// method value that is taken through an interface is called directly, one that package reflect makes is not.
func register[F any](fn any, caller func(F) reflectx.Func) {
	beam.RegisterDoFn(fn)
	t := reflect.TypeOf(fn)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	reflectx.RegisterStructWrapper(t, func(fn any) map[string]reflectx.Func {
		typed, ok := fn.(F)
		if !ok {
			return nil
		}
		return map[string]reflectx.Func{"ProcessElement": caller(typed)}
	})
}

// method returns the reflection of a method.
func method(fn any) base { return base{reflect.ValueOf(fn)} }
