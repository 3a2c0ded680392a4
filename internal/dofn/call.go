package dofn

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
)

// base is a function that is called through reflection.
type base struct{ fn reflect.Value }

// Name implements reflectx.Func.
func (b base) Name() string { return reflectx.FunctionName(b.fn.Interface()) }

// Type implements reflectx.Func.
func (b base) Type() reflect.Type { return b.fn.Type() }

// Call implements reflectx.Func.
func (b base) Call(args []any) []any {
	return reflectx.Interface(b.fn.Call(reflectx.ValueOf(args)))
}

// to converts an argument to the type of a parameter. A nil argument becomes the zero value of an interface type.
func to[T any](arg any) T {
	if arg == nil {
		var none T
		return none
	}
	return arg.(T)
}

// Each of these implements reflectx.Func and the interface of its arity, such as reflectx.Func2x0.
type (
	func2x0[A, B any] struct {
		base
		f func(A, B)
	}
	func1x1[A, R any] struct {
		base
		f func(A) R
	}
	func1x2[A, R, S any] struct {
		base
		f func(A) (R, S)
	}
	func2x1[A, B, R any] struct {
		base
		f func(A, B) R
	}
	func3x1[A, B, C, R any] struct {
		base
		f func(A, B, C) R
	}
	func4x1[A, B, C, D, R any] struct {
		base
		f func(A, B, C, D) R
	}
	func5x1[A, B, C, D, E, R any] struct {
		base
		f func(A, B, C, D, E) R
	}
	func6x1[A, B, C, D, E, F, R any] struct {
		base
		f func(A, B, C, D, E, F) R
	}
)

func (c func2x0[A, B]) Call2x0(a, b any)  { c.f(to[A](a), to[B](b)) }
func (c func1x1[A, R]) Call1x1(a any) any { return c.f(to[A](a)) }
func (c func1x2[A, R, S]) Call1x2(a any) (any, any) {
	return c.f(to[A](a))
}
func (c func2x1[A, B, R]) Call2x1(a, b any) any { return c.f(to[A](a), to[B](b)) }
func (c func3x1[A, B, C, R]) Call3x1(a, b, p any) any {
	return c.f(to[A](a), to[B](b), to[C](p))
}
func (c func4x1[A, B, C, D, R]) Call4x1(a, b, p, d any) any {
	return c.f(to[A](a), to[B](b), to[C](p), to[D](d))
}
func (c func5x1[A, B, C, D, E, R]) Call5x1(a, b, p, d, e any) any {
	return c.f(to[A](a), to[B](b), to[C](p), to[D](d), to[E](e))
}
func (c func6x1[A, B, C, D, E, F, R]) Call6x1(a, b, p, d, e, f any) any {
	return c.f(to[A](a), to[B](b), to[C](p), to[D](d), to[E](e), to[F](f))
}
