package textio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns and the types they exchange by name, in Beam's registry.
func init() {
	beam.RegisterType(reflect.TypeFor[part]())
	beam.RegisterType(reflect.TypeFor[wholeFile]())
	register.DoFn3x0[fileio.FileMetadata, func(wholeFile), func(string)](&sortFn{})
	register.DoFn2x0[fileio.FileMetadata, func(wholeFile)](&wholeFilesFn{})
	register.DoFn3x1[context.Context, wholeFile, func(string), error](&wholeFn{})
	register.DoFn3x1[context.Context, wholeFile, func(string, string), error](&wholeNamedFn{})
	register.Emitter1[string]()
	register.Emitter1[wholeFile]()
	register.Emitter2[string, string]()
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func(*string) bool, error](&writeFn{})
	register.DoFn3x1[context.Context, string, func(int, part), error](&bundleFn{})
	register.DoFn2x0[string, func(int, string)](&dealFn{})
	register.DoFn2x0[[]byte, func(int, []byte)](&membersFn{})
	register.DoFn5x1[context.Context, int, func(*[]byte) bool, func(*string) bool, func(int, part), error](&shardFn{})
	register.DoFn5x1[context.Context, beam.PaneInfo, beam.Window, int, func(*string) bool, error](&paneFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func(*part) bool, error](&publishFn{})
	register.Emitter2[int, part]()
	register.Emitter2[int, string]()
	register.Emitter2[int, []byte]()
	register.Iter1[string]()
	register.Iter1[[]byte]()
	register.Iter1[part]()
}
