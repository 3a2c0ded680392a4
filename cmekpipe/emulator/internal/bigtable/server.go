package bigtable

import (
	"net"
	"sync"

	"cloud.google.com/go/bigtable/bttest"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Bigtable. Use [New].
type Server struct {
	store *store
	done  chan struct{}

	mu       sync.Mutex
	closed   bool
	listener net.Listener
	core     *bttest.Server
}

var _ core.Server = (*Server)(nil)

// maxMessage is the size of the largest request: a row may have 256 MB. Source: https://docs.cloud.google.com/bigtable/quotas.
const maxMessage = 256 << 20

// New returns a server without instances.
func New(env *core.Env) *Server {
	return &Server{done: make(chan struct{}),
		store: &store{env: env, instances: map[string]*instance{}, tables: map[string]*table{}}}
}

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
	opts := append(s.store.env.Faults.GRPC(nameCall), grpc.MaxRecvMsgSize(maxMessage),
		grpc.ChainUnaryInterceptor(s.store.unary), grpc.ChainStreamInterceptor(s.store.stream))
	s.listener = l
	s.core, err = bttest.NewServerWithListener(l, opts...)
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
	if s.core == nil {
		return nil
	}
	// The core waits for its listener to end and doesn't close one that was given to it.
	err := s.listener.Close()
	s.core.Close()
	return err
}
