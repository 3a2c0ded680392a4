package fileio

import (
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. Beam's fileio registers the types that they exchange.
func init() {
	beam.RegisterDoFn(&globFn{})
	beam.RegisterDoFn(&pathFn{})
	beam.RegisterDoFn(reflect.TypeFor[*freshFn]())
	register.Emitter1[FileMetadata]()
	register.Emitter1[string]()
}
