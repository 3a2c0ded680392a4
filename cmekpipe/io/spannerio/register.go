package spannerio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's spannerio.
//
// A generated call, from package register, takes long to compile for a DoFn of three parameters: those that are called for
// each partition at most, and not for each row, have none.
func init() {
	register.DoFn2x1[context.Context, []byte, error](&verifyFn{})
	register.DoFn2x1[context.Context, beam.X, error](&commitFn{})
	beam.RegisterDoFn(&wholeFn{})
	beam.RegisterDoFn(&splitFn{})
	beam.RegisterDoFn(&partitionFn{})
	register.Emitter1[[]byte]()
	register.Emitter1[beam.X]()
}
