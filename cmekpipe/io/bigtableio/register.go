package bigtableio

import (
	"context"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's bigtableio.
func init() {
	beam.RegisterType(reflect.TypeFor[Mutation]())
	beam.RegisterDoFn(&verifyFn{})
	dofn.Register2x1[context.Context, Mutation, error](&applyFn{})
}
