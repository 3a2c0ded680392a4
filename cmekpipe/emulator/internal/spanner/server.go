package spanner

import (
	"errors"
	"net"
	"sync"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Cloud Spanner. Use [New].
type Server struct {
	store *store
	grpc  *grpc.Server
}

var _ core.Server = (*Server)(nil)

// maxMessage is the size of the largest request: a commit may have 100 MB. Source:
// https://docs.cloud.google.com/spanner/quotas.
const maxMessage = 128 << 20

// New returns a server without instances.
func New(env *core.Env) *Server {
	opts := append(env.Faults.GRPC(nameCall), grpc.MaxRecvMsgSize(maxMessage))
	s := &Server{
		store: &store{env: env, instances: map[string]*instancepb.Instance{}, databases: map[string]*database{},
			sessions: map[string]*session{}, operations: map[string]*operation{}},
		grpc: grpc.NewServer(opts...),
	}
	instancepb.RegisterInstanceAdminServer(s.grpc, &instanceService{store: s.store})
	databasepb.RegisterDatabaseAdminServer(s.grpc, &databaseService{store: s.store})
	spannerpb.RegisterSpannerServer(s.grpc, &dataService{store: s.store})
	longrunningpb.RegisterOperationsServer(s.grpc, &operationService{store: s.store})
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

// store is everything that the services know, under one lock.
type store struct {
	env *core.Env

	mu         sync.Mutex
	instances  map[string]*instancepb.Instance // by full name, as are the others
	databases  map[string]*database
	sessions   map[string]*session
	operations map[string]*operation
	serial     int
	lastCommit time.Time
}

// instanceService is google.spanner.admin.instance.v1.InstanceAdmin.
type instanceService struct {
	instancepb.UnimplementedInstanceAdminServer
	*store
}

// databaseService is google.spanner.admin.database.v1.DatabaseAdmin.
type databaseService struct {
	databasepb.UnimplementedDatabaseAdminServer
	*store
}

// dataService is google.spanner.v1.Spanner.
type dataService struct {
	spannerpb.UnimplementedSpannerServer
	*store
}

// operationService is google.longrunning.Operations.
type operationService struct {
	longrunningpb.UnimplementedOperationsServer
	*store
}
