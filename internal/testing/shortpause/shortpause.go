// Package shortpause makes tests of connectors fast: the pauses between two attempts of a call, or between two polls, last
// milliseconds in the DoFns of a pipeline that runs on Prism.
//
//	func TestMain(m *testing.M) {
//		shortpause.Enable()
//		ptest.Main(m)
//	}
package shortpause

import (
	"context"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"

	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// hook is the name of the hook in Beam's registry.
const hook = "cmekpipe:shortpause"

// limit is the longest pause. It is long enough that a test which counts attempts does not become one that spins.
const limit = 5 * time.Millisecond

// Enable shortens the pauses of all pipelines that this process runs from now on. Beam starts the workers of Prism with a
// context of its own, so that a test's context can't.
func Enable() {
	hooks.RegisterHook(hook, func([]string) hooks.Hook {
		return hooks.Hook{Init: func(ctx context.Context) (context.Context, error) { return Context(ctx), nil }}
	})
	if err := hooks.EnableHook(hook); err != nil {
		panic(err) // the hook was registered just now
	}
}

// Context returns a context with the short pauses, for code that a test calls itself.
func Context(ctx context.Context) context.Context { return retry.WithMaxPause(ctx, limit) }
