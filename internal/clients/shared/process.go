package shared

import (
	"context"
	"sync"
	"time"
)

// ID identifies a client or a check. It contains all that decides the result.
type ID struct {
	// Service is the name of the client or of the service: "spanner databases".
	Service string
	// Endpoint is the value of the emulator's environment variable; "" is Google.
	Endpoint string
	// Resource is the project or resource that the client or the check is for; "" if it is for all.
	Resource string
	// Keys are the keys that a check wants, in the form of the caller.
	Keys string
}

// Process is a worker process. It is safe for concurrent use. Use [Of].
type Process struct {
	now func() time.Time

	mu      sync.Mutex
	clients map[ID]*client
	checks  map[ID]*check
}

// NewProcess returns a process without clients that reads the time from now.
func NewProcess(now func() time.Time) *Process {
	return &Process{now: now, clients: map[ID]*client{}, checks: map[ID]*check{}}
}

// worker is this process. See the package documentation for why it is a variable.
var worker = NewProcess(time.Now)

// Of returns the process that DoFns with a context belong to: this one, unless a test chose another with [With].
func Of(ctx context.Context) *Process {
	if p, ok := ctx.Value(contextKey{}).(*Process); ok {
		return p
	}
	return worker
}

// With returns a context whose DoFns belong to p, for tests.
func With(ctx context.Context, p *Process) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

type contextKey struct{}
