package bigtable

import (
	"net"
	"sync"

	"cloud.google.com/go/bigtable/bttest"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Bigtable. Use [New]. It is no [core.GRPCServer] because Google's fake creates its own gRPC
// server.
type Server struct {
	store *store
	done  chan struct{}

	mu       sync.Mutex
	closed   bool
	listener net.Listener
	fake     *bttest.Server
}

var _ core.Server = (*Server)(nil)

// maxMessage is the size of the largest request: a row may have 256 MB. Source: https://docs.cloud.google.com/bigtable/quotas.
const maxMessage = 256 << 20

// New returns a server without instances.
func New(env *core.Env) *Server {
	return &Server{done: make(chan struct{}),
		store: &store{env: env, instances: map[string]*instance{}, tables: map[string]*table{}}}
}

// Methods returns the names of the calls that the server serves.
func (s *Server) Methods() []string { return methods() }

// Serve answers on the listener until [Server.Close] is called, then returns nil.
func (s *Server) Serve(l net.Listener) error {
	if err := s.start(l); err != nil {
		return err
	}
	<-s.done
	return nil
}

func (s *Server) start(l net.Listener) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return l.Close()
	}
	api := core.GRPCAPI{Title: "Bigtable", Name: nameCall, Methods: methods(), MaxRequest: maxMessage}
	opts := append(api.Options(s.store.env.Faults),
		grpc.ChainUnaryInterceptor(s.store.unary), grpc.ChainStreamInterceptor(s.store.stream))
	s.listener = l
	s.fake, err = bttest.NewServerWithListener(l, opts...)
	return err
}

// Close stops serving, ends open requests and releases the listener.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	defer close(s.done)
	if s.fake == nil {
		return nil
	}
	// The fake waits for its listener to end and doesn't close one that it was given.
	err := s.listener.Close()
	s.fake.Close()
	return err
}
