package spannerio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. It knows them by the last part of the package's path, so that their
// names must differ from those in Beam's spannerio.
func init() {
	register.DoFn2x1[context.Context, []byte, error](&verifyFn{})
	register.DoFn2x1[context.Context, beam.X, error](&commitFn{})
	register.DoFn3x1[context.Context, []byte, func(beam.X), error](&wholeFn{})
	register.DoFn3x1[context.Context, []byte, func([]byte), error](&splitFn{})
	register.DoFn3x1[context.Context, []byte, func(beam.X), error](&partitionFn{})
	register.Emitter1[[]byte]()
	register.Emitter1[beam.X]()
}
