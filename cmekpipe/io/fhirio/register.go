package fhirio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/cmekpipe/cmekpipe-go/internal/dofn"
)

// Workers find DoFns by name, in Beam's registry. Those that are called once for each element come with generated code,
// which is fast and takes long to compile. Beam files that code under "fhirio." and the type's name, so that no type may
// be called as one of Beam's own fhirio is.
func init() {
	dofn.Register4x1[context.Context, string, func(string), func(string), error](&batchFn{})
	dofn.Register1x2[string, int, string](&groupFn{})
	dofn.Register3x1[int, func(*string) bool, func(string), error](&ungroupFn{})
	beam.RegisterDoFn(&loadFn{})
	beam.RegisterDoFn(&deadLetterFn{})
	beam.RegisterDoFn(&removeFn{})
	beam.RegisterDoFn(&sweepFn{})
	beam.RegisterDoFn(&bundleFn{})
	beam.RegisterDoFn(&maskFn{})
	register.Emitter1[string]()
	register.Emitter2[string, string]()
}
