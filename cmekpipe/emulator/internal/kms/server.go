package kms

import (
	"errors"
	"net"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/kms/apiv1/kmspb"
	locationpb "google.golang.org/genproto/googleapis/cloud/location"
	"google.golang.org/grpc"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// Server is the loopback Cloud KMS. Use [New].
type Server struct {
	store *store
	grpc  *grpc.Server
}

var (
	_ core.Server = (*Server)(nil)
	_ core.Keys   = (*Server)(nil)
)

// New returns a server without keys. Its caller puts it into env.Keys for the other services.
func New(env *core.Env) *Server {
	s := &Server{store: newStore(env), grpc: grpc.NewServer(env.Faults.GRPC(nameCall)...)}
	kmspb.RegisterKeyManagementServiceServer(s.grpc, &keyService{store: s.store})
	iampb.RegisterIAMPolicyServer(s.grpc, &policyService{store: s.store})
	locationpb.RegisterLocationsServer(s.grpc, &locationService{store: s.store})
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
