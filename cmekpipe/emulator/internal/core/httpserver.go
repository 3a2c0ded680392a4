package core

import (
	"errors"
	"net"
	"net/http"
	"time"
)

// HTTPServer is the [Server] of an API over HTTP, to be embedded.
type HTTPServer struct{ http *http.Server }

var _ Server = (*HTTPServer)(nil)

// NewHTTPServer returns a server of a handler.
func NewHTTPServer(h http.Handler) *HTTPServer {
	return &HTTPServer{&http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
}

// Serve answers on the listener until [HTTPServer.Close] is called, then returns nil.
func (s *HTTPServer) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops serving, ends open requests and releases the listener.
func (s *HTTPServer) Close() error { return s.http.Close() }
