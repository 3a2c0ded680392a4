package spannerio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's spannerio.
func init() {
	beam.RegisterDoFn(&verifyFn{})
	dofn.Register2x1[context.Context, beam.X, error](&commitFn{})
	beam.RegisterDoFn(&wholeFn{})
	beam.RegisterDoFn(&splitFn{})
	beam.RegisterDoFn(&partitionFn{})
	register.Emitter1[[]byte]()
	register.Emitter1[beam.X]()
}
