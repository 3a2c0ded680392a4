package pubsub

import (
	"net"
	"sync"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Pub/Sub. Use [New].
type Server struct{ *core.GRPCServer }

var _ core.Server = (*Server)(nil)

// maxRequest is above Google's limit of 10 MB for a publish request, which [publisher] checks itself.
const maxRequest = 32 << 20

// New returns a server without topics.
func New(env *core.Env) *Server {
	api := core.GRPCAPI{Title: "Pub/Sub", Name: nameCall, Methods: methods(), MaxRequest: maxRequest}
	fake := newFake(env)
	shared := &keeper{env: env, fake: &fake.GServer, versions: make(map[string]cmekpipe.KeyVersionName)}
	s := &Server{core.NewGRPCServer(env, api)}
	pubsubpb.RegisterPublisherServer(s.GRPC(), &publisher{shared.fake, shared})
	pubsubpb.RegisterSubscriberServer(s.GRPC(), &subscriber{shared.fake, shared})
	return s
}

// newFake returns Google's fake. The fake always listens on a port of its own, where nothing checks keys. newFake
// closes that port; the fake's services keep working behind the server. It waits for the first bytes from the port,
// because a gRPC server that is closed before it serves logs an error.
func newFake(env *core.Env) *pstest.Server {
	fake := pstest.NewServer()
	if conn, err := net.DialTimeout("tcp", fake.Addr, startTimeout); err == nil {
		_ = conn.SetReadDeadline(time.Now().Add(startTimeout))
		_, _ = conn.Read(make([]byte, 1)) // without an answer the fake logs an error
		conn.Close()
	}
	fake.Close()
	fake.SetTimeNowFunc(env.Now)
	return fake
}

// startTimeout is how long newFake waits for the fake's own server.
const startTimeout = time.Second

// keeper records which key encrypts which messages.
type keeper struct {
	env  *core.Env
	fake *pstest.GServer

	mu       sync.Mutex                         // orders changes to topics with their lines in the ledger
	versions map[string]cmekpipe.KeyVersionName // by the id of the message that is encrypted with it
}
