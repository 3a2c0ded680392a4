package fhirio

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

// Workers find DoFns by name, in Beam's registry.
func init() {
	register.DoFn4x1[context.Context, string, func(string), func(string), error](&batchFn{})
	register.DoFn4x1[context.Context, string, func(string, string), func(string), error](&importFn{})
	register.DoFn5x1[context.Context, string, string, func(string), func(string), error](&deadLetterFn{})
	register.DoFn2x1[context.Context, string, error](&removeFn{})
	register.DoFn4x1[context.Context, int, func(*[]byte) bool, func(*string) bool, error](&sweepFn{})
	register.DoFn4x1[context.Context, string, func(string), func(string), error](&bundleFn{})
	register.DoFn3x1[context.Context, []byte, func(string), error](&deidentifyFn{})
	register.Emitter1[string]()
	register.Emitter2[string, string]()
	register.Iter1[string]()
	register.Iter1[[]byte]()
}
