package fileio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. Beam's fileio registers the types that they exchange.
func init() {
	register.DoFn3x1[context.Context, string, func(FileMetadata), error](&findFn{})
	register.DoFn2x0[[]byte, func(string)](&globFn{})
	register.DoFn1x2[FileMetadata, string, FileMetadata](&pathFn{})
	beam.RegisterDoFn(reflect.TypeFor[*freshFn]())
	register.Emitter1[FileMetadata]()
	register.Emitter1[string]()
}
