package spanner

import (
	"sync"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/spanner/admin/database/apiv1/databasepb"
	"cloud.google.com/go/spanner/admin/instance/apiv1/instancepb"
	"cloud.google.com/go/spanner/apiv1/spannerpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Cloud Spanner. Use [New].
type Server struct {
	*core.GRPCServer

	store *store
}

var _ core.Server = (*Server)(nil)

// maxMessage is the size of the largest request: a commit may have 100 MB. Source:
// https://docs.cloud.google.com/spanner/quotas.
const maxMessage = 128 << 20

// New returns a server without instances.
func New(env *core.Env) *Server {
	api := core.GRPCAPI{Title: "Spanner", Name: nameCall, Methods: methods(), MaxRequest: maxMessage}
	s := &Server{
		store: &store{env: env, instances: map[string]*instancepb.Instance{}, databases: map[string]*database{},
			sessions: map[string]*session{}, operations: map[string]*operation{}},
		GRPCServer: core.NewGRPCServer(env, api),
	}
	instancepb.RegisterInstanceAdminServer(s.GRPC(), &instanceService{store: s.store})
	databasepb.RegisterDatabaseAdminServer(s.GRPC(), &databaseService{store: s.store})
	spannerpb.RegisterSpannerServer(s.GRPC(), &dataService{store: s.store})
	longrunningpb.RegisterOperationsServer(s.GRPC(), &operationService{store: s.store})
	return s
}

// store is the state of all services, under one lock.
type store struct {
	env *core.Env

	mu         sync.Mutex
	instances  map[string]*instancepb.Instance // by full name, as in the maps below
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
