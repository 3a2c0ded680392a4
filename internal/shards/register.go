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
	beam.RegisterDoFn(&ListShards{})
	beam.RegisterDoFn(&Publish{})
	beam.RegisterDoFn(&PublishPane{})
	beam.RegisterDoFn(&DeletePane{})
	register.Emitter1[Part]()
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
	doFn6x1[I0, I1, I2, I3, I4, I5 any] interface {
		ProcessElement(I0, I1, I2, I3, I4, I5) error
	}
)

// Types are a connector's own DoFns for elements of type T, as pointers to their zero values.
type Types[T any] struct {
	// Each field embeds the type of its name.
	WriteBundle  doFn3x1[context.Context, T, func(int, Part)]
	AssignShards doFn2x0[T, func(int, T)]
	WriteShard   doFn5x1[context.Context, int, func(*[]byte) bool, func(*T) bool, func(int, Part)]
	WriteWitness doFn4x1[context.Context, int, func(*[]byte) bool, func(int, Part)]
	WritePane    doFn6x1[context.Context, beam.PaneInfo, beam.Window, int, func(*T) bool, func(Part)]
}

// Register registers a connector's DoFns with Beam. Call it from an init function.
func Register[T any](types Types[T]) {
	// Only WriteBundle and AssignShards see every element; the others run once for each shard.
	dofn.Register3x1[context.Context, T, func(int, Part), error](types.WriteBundle)
	dofn.Register2x0[T, func(int, T)](types.AssignShards)
	beam.RegisterDoFn(types.WriteShard)
	beam.RegisterDoFn(types.WriteWitness)
	beam.RegisterDoFn(types.WritePane)
	register.Emitter2[int, T]()
	register.Iter1[T]()
}
