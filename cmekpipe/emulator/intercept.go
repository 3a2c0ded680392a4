package emulator

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Intercept has before called with every call of every service when it has arrived and did nothing yet, until remove is
// called. header returns the first value of a header of the request or of its gRPC metadata. The call waits for before; if
// that returns an error, the call does none of its work and its connection breaks. Use it to let calls of a program wait for
// each other, or to cut a program off; use [Cloud.Inject] for the failures that services have.
func (c *Cloud) Intercept(
	before func(ctx context.Context, method Method, resource string, header func(name string) string) error,
) (remove func()) {
	return c.env.Faults.Intercept(func(ctx context.Context, call core.Call) error {
		return before(ctx, Method(call.Method), call.Resource, call.Header)
	})
}

// Open returns the number of calls that have arrived and have not ended, and of connections that clients hold.
func (c *Cloud) Open() (calls, connections int) {
	return c.env.Faults.Open(), int(c.connections.Load())
}

// countingListener counts the open connections that it accepted.
type countingListener struct {
	net.Listener
	open *atomic.Int64
}

// Accept counts the connection until it is closed.
func (l countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countedConn{conn.(*net.TCPConn), sync.OnceFunc(func() { l.open.Add(-1) })}, nil
}

type countedConn struct {
	*net.TCPConn
	closed func()
}

// Close closes the connection.
func (c *countedConn) Close() error {
	c.closed()
	return c.TCPConn.Close()
}
