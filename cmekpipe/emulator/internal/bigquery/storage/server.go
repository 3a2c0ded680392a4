package storage

import (
	"errors"
	"net"

	"cloud.google.com/go/bigquery/storage/apiv1/storagepb"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// maxMessage is the most that the server receives at once, in bytes. It is more than a request may have, so that the
// refusal is the API's.
const maxMessage = 32 << 20

// Server is the loopback Storage Read and Write APIs. Use [New].
type Server struct{ grpc *grpc.Server }

var _ core.Server = (*Server)(nil)

// New returns a server of what a store holds.
func New(env *core.Env, tables *store.Store) *Server {
	s := &Server{grpc.NewServer(append(env.Faults.GRPC(nameCall), grpc.MaxRecvMsgSize(maxMessage))...)}
	storagepb.RegisterBigQueryWriteServer(s.grpc, &writeService{env: env, store: tables, streams: make(map[string]*stream)})
	storagepb.RegisterBigQueryReadServer(s.grpc, &readService{env: env, store: tables, sessions: make(map[string]*session)})
	return s
}

// Serve answers on the listener until [Server.Close] is called, then returns nil.
func (s *Server) Serve(l net.Listener) error {
	if err := s.grpc.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// Close stops serving, ends open requests and releases the listener.
func (s *Server) Close() error {
	s.grpc.Stop()
	return nil
}
