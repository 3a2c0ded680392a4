package pubsub

import (
	"errors"
	"net"
	"sync"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Pub/Sub. Use [New].
type Server struct {
	fake *pstest.Server
	grpc *grpc.Server
}

var _ core.Server = (*Server)(nil)

// maxRequest is above Google's limit of 10 MB for a request to publish, which [publisher] checks itself.
const maxRequest = 32 << 20

// New returns a server without topics.
func New(env *core.Env) *Server {
	// The fake can't be had without a port of its own. It is closed at once, so that nobody gets past the keys; its
	// services go on working behind the server here.
	fake := pstest.NewServer()
	fake.Close()
	fake.SetTimeNowFunc(env.Now)
	shared := &keeper{env: env, fake: &fake.GServer, versions: make(map[string]cmekpipe.KeyVersionName)}
	s := &Server{fake, grpc.NewServer(append(env.Faults.GRPC(nameCall), grpc.MaxRecvMsgSize(maxRequest))...)}
	pubsubpb.RegisterPublisherServer(s.grpc, &publisher{shared.fake, shared})
	pubsubpb.RegisterSubscriberServer(s.grpc, &subscriber{shared.fake, shared})
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
	return s.fake.Close()
}

// keeper knows which keys protect what.
type keeper struct {
	env  *core.Env
	fake *pstest.GServer

	mu       sync.Mutex                         // orders changes to topics with their lines in the ledger
	versions map[string]cmekpipe.KeyVersionName // by the id of the message that rests under it
}
