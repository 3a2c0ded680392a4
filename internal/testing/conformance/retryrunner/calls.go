package retryrunner

import (
	"context"
	"errors"
	"sync"

	"github.com/googleapis/gax-go/v2/callctx"
	"google.golang.org/grpc/metadata"
)

// Cloud reports calls before they take effect.
type Cloud interface {
	// Intercept calls before with each call until remove is called. attempt is the value of the call's [Header], "" if
	// there is none, or [Current] for a call of a client that loses the header. The call waits for before and fails
	// without an effect if that returns an error.
	Intercept(before func(ctx context.Context, attempt string) error) (remove func())
}

// Header names the header, or the gRPC metadata, that the calls of an attempt have: the runner puts it into the context of
// an attempt, and Google's clients send it, except for that of Datastore.
const Header = "x-retryrunner-attempt"

// Current stands for the attempt that runs, if no two run at the same time.
const Current = "current"

// withHeader returns a context whose calls are those of an attempt.
func withHeader(ctx context.Context, attempt string) context.Context {
	return metadata.AppendToOutgoingContext(callctx.SetHeaders(ctx, Header, attempt), Header, attempt)
}

// gates holds the gate of each attempt that is planned to stop at a call.
type gates struct {
	mu      sync.Mutex
	byName  map[string]*gate
	current *gate
	stopped int // attempts that stopped at a call
}

// gate stops an attempt before a call.
type gate struct {
	at      int           // number of the call
	stopped chan struct{} // closed when the attempt stops
	opened  chan struct{} // closed when its calls may go on, or fail
	once    sync.Once
	calls   int
	err     error // of the calls once opened is closed
}

func newGate(at int) *gate {
	return &gate{at: at, stopped: make(chan struct{}), opened: make(chan struct{})}
}

// before stops the calls of an attempt from its planned one on.
func (g *gates) before(ctx context.Context, attempt string) error {
	g.mu.Lock()
	gate := g.byName[attempt]
	if attempt == Current {
		gate = g.current
	}
	if gate == nil {
		g.mu.Unlock()
		return nil
	}
	if gate.calls++; gate.calls < gate.at {
		g.mu.Unlock()
		return nil
	}
	if gate.calls == gate.at {
		g.stopped++
		close(gate.stopped)
	}
	g.mu.Unlock()
	select {
	case <-gate.opened:
		return gate.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open lets the calls that wait, and all later ones, go on, or fail if err is not nil.
func (g *gate) open(err error) {
	g.once.Do(func() {
		g.err = err
		close(g.opened)
	})
}

// add gives an attempt a gate.
func (g *gates) add(attempt string, gate *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.byName[attempt], g.current = gate, gate
}

// leave ends the time in which an attempt is the current one.
func (g *gates) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.current = nil
}

// kill makes all calls of attempts that stopped for good fail.
func (g *gates) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, gate := range g.byName {
		gate.open(errors.New("retryrunner: the attempt was killed"))
	}
}
