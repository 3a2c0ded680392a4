package fhirio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry. Those that are called once for each element come with generated code,
// which is fast and takes long to compile.
func init() {
	register.DoFn4x1[context.Context, string, func(string), func(string), error](&batchFn{})
	beam.RegisterDoFn(&importFn{})
	beam.RegisterDoFn(&deadLetterFn{})
	beam.RegisterDoFn(&removeFn{})
	beam.RegisterDoFn(&sweepFn{})
	register.DoFn4x1[context.Context, string, func(string), func(string), error](&bundleFn{})
	beam.RegisterDoFn(&deidentifyFn{})
	register.Emitter1[string]()
	register.Emitter2[string, string]()
}
