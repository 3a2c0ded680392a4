package kms

import (
	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/kms/apiv1/kmspb"
	locationpb "google.golang.org/genproto/googleapis/cloud/location"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Cloud KMS. Use [New].
type Server struct {
	*core.GRPCServer

	store *store
}

var (
	_ core.Server = (*Server)(nil)
	_ core.Keys   = (*Server)(nil)
)

// New returns a server without keys, whose use policies decide. Its caller sets env.Keys to it for the other services.
func New(env *core.Env, policies *access.Store) *Server {
	api := core.GRPCAPI{Title: "Cloud KMS", Name: nameCall, Methods: methods()}
	s := &Server{GRPCServer: core.NewGRPCServer(env, api), store: newStore(env, policies)}
	kmspb.RegisterKeyManagementServiceServer(s.GRPC(), &keyService{store: s.store})
	iampb.RegisterIAMPolicyServer(s.GRPC(), &policyService{store: s.store})
	locationpb.RegisterLocationsServer(s.GRPC(), &locationService{store: s.store})
	return s
}

// keyService is google.cloud.kms.v1.KeyManagementService.
type keyService struct {
	kmspb.UnimplementedKeyManagementServiceServer
	*store
}

// policyService is google.iam.v1.IAMPolicy.
type policyService struct{ *store }

// locationService is google.cloud.location.Locations.
type locationService struct {
	locationpb.UnimplementedLocationsServer
	*store
}
