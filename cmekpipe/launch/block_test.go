package launch_test

import (
	"sync/atomic"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() { register.Function1x1(block) }

// blocked is told when block runs. Prism's worker is in this process, so that a test can wait for it.
var blocked atomic.Pointer[chan struct{}]

func signalStart(started chan struct{}) (forget func()) {
	blocked.Store(&started)
	return func() { blocked.Store(nil) }
}

// block never returns, not even when its worker is stopped, as code does that heeds no context. (Were it to return then,
// Beam's harness might send its answer on a channel that it closes at the same time.)
func block(string) string {
	if started := blocked.Swap(nil); started != nil {
		close(*started)
	}
	return <-make(chan string)
}
