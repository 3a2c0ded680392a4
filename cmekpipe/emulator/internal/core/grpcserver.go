package core

import (
	"context"
	"errors"
	"net"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// GRPCAPI describes an API over gRPC to [NewGRPCServer].
type GRPCAPI struct {
	// Title is the name of the API in error messages: "Cloud KMS".
	Title string
	// Name returns the names of calls for faults and for Methods.
	Name Namer
	// Methods lists what the API serves, in the form that Name returns. Every other call answers UNIMPLEMENTED.
	Methods []string
	// MaxRequest is the size of the largest request in bytes. 0 is gRPC's own limit of 4 MiB.
	MaxRequest int
}

// Options returns the options of a gRPC server that refuses calls that the API doesn't serve and applies the faults to
// all others. Most APIs need [NewGRPCServer] only.
func (a GRPCAPI) Options(faults *Faults) []grpc.ServerOption {
	opts := []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, serve grpc.UnaryHandler) (any, error) {
			if err := a.refuse(info.FullMethod, request); err != nil {
				return nil, err
			}
			return serve(ctx, request)
		}),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, serve grpc.StreamHandler) error {
			if err := a.refuse(info.FullMethod, nil); err != nil {
				return err
			}
			return serve(srv, ss)
		}),
	}
	if a.MaxRequest > 0 {
		opts = append(opts, grpc.MaxRecvMsgSize(a.MaxRequest))
	}
	return append(opts, faults.GRPC(a.Name)...)
}

func (a GRPCAPI) refuse(fullMethod string, request any) error {
	if method, _ := a.Name(fullMethod, request); !slices.Contains(a.Methods, method) {
		return status.Errorf(codes.Unimplemented, "the loopback %s has no method %s", a.Title, fullMethod)
	}
	return nil
}

// GRPCServer is the [Server] of an API over gRPC, to be embedded. Register services with [GRPCServer.GRPC].
type GRPCServer struct {
	rpc     *grpc.Server
	methods []string
}

var _ Server = (*GRPCServer)(nil)

// NewGRPCServer returns a server of an API without services.
func NewGRPCServer(env *Env, api GRPCAPI) *GRPCServer {
	return &GRPCServer{grpc.NewServer(api.Options(env.Faults)...), api.Methods}
}

// GRPC returns the gRPC server, for the registration of services before it serves.
func (s *GRPCServer) GRPC() *grpc.Server { return s.rpc }

// Methods returns the names of the calls that the server serves.
func (s *GRPCServer) Methods() []string { return s.methods }

// Serve answers on the listener until [GRPCServer.Close] is called, then returns nil.
func (s *GRPCServer) Serve(l net.Listener) error {
	if err := s.rpc.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// Close stops serving, ends open requests and releases the listener.
func (s *GRPCServer) Close() error {
	s.rpc.Stop()
	return nil
}
