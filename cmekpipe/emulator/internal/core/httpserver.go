package core

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"time"
)

// HTTPServer is the [Server] of an API over HTTP, to be embedded.
type HTTPServer struct {
	http    *http.Server
	methods []string
}

var _ Server = (*HTTPServer)(nil)

// NewHTTPServer returns a server of a handler that serves some methods, named as faults name them.
func NewHTTPServer(h http.Handler, methods []string) *HTTPServer {
	methods = slices.Clone(methods)
	slices.Sort(methods)
	return &HTTPServer{&http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, slices.Compact(methods)}
}

// Methods returns the names of the calls that the server serves.
func (s *HTTPServer) Methods() []string { return s.methods }

// Serve answers on the listener until [HTTPServer.Close] is called, then returns nil.
func (s *HTTPServer) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops serving, ends open requests and releases the listener.
func (s *HTTPServer) Close() error { return s.http.Close() }
