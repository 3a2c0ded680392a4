package shards

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	beam.RegisterType(reflect.TypeFor[Part]())
	beam.RegisterDoFn(&Members{})
	register.Emitter2[int, Part]()
	register.Emitter2[int, []byte]()
	register.Iter1[[]byte]()
	register.Iter1[Part]()
}

type (
	doFn2x0[I0, I1 any]         interface{ ProcessElement(I0, I1) }
	doFn3x1[I0, I1, I2 any]     interface{ ProcessElement(I0, I1, I2) error }
	doFn4x1[I0, I1, I2, I3 any] interface {
		ProcessElement(I0, I1, I2, I3) error
	}
	doFn5x1[I0, I1, I2, I3, I4 any] interface {
		ProcessElement(I0, I1, I2, I3, I4) error
	}
)

// Types are a connector's own DoFns for elements of type T, as pointers to their zero values. One may be nil.
type Types[T any] struct {
	// One embeds [One], and so on.
	One      doFn4x1[context.Context, int, func(*[]byte) bool, func(*T) bool]
	Bundle   doFn3x1[context.Context, T, func(int, Part)]
	Deal     doFn2x0[T, func(int, T)]
	Numbered doFn5x1[context.Context, int, func(*[]byte) bool, func(*T) bool, func(int, Part)]
	Pane     doFn5x1[context.Context, beam.PaneInfo, beam.Window, int, func(*T) bool]
	Publish  doFn4x1[context.Context, int, func(*[]byte) bool, func(*Part) bool]
}

// Register makes a connector's DoFns known to Beam. It is for init functions.
func Register[T any](types Types[T]) {
	// Only Bundle and Deal see every element; the others run once a shard.
	if types.One != nil {
		beam.RegisterDoFn(types.One)
	}
	dofn.Register3x1[context.Context, T, func(int, Part), error](types.Bundle)
	dofn.Register2x0[T, func(int, T)](types.Deal)
	beam.RegisterDoFn(types.Numbered)
	beam.RegisterDoFn(types.Pane)
	beam.RegisterDoFn(types.Publish)
	register.Emitter2[int, T]()
	register.Iter1[T]()
}
