package core

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Namer returns the names of a gRPC call for faults and ledger: its method, such as "kms.Encrypt", and its resource.
type Namer func(fullMethod string, request any) (method, resource string)

// GRPC returns the options of a gRPC server that apply the faults to its calls, as [Faults.HTTP] does over HTTP: a call
// waits, answers the fault's code, or does its work and then loses the answer. A broken connection reaches the client
// as Unavailable, and so does a truncated answer, because gRPC delivers whole messages only. A stream meets its fault
// at its first received message. In a bidirectional stream each received message counts as a call, so that a fault may
// apply in the middle; a message without a resource has the resource of the previous one. The server must answer a
// message before it receives the next.
func (f *Faults) GRPC(name Namer) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(f.unary(name)), grpc.ChainStreamInterceptor(f.stream(name))}
}

func (f *Faults) unary(name Namer) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, serve grpc.UnaryHandler) (any, error) {
		fault := f.Next(name(info.FullMethod, request))
		if err := fault.Before(ctx); err != nil {
			return nil, err
		}
		answer, err := serve(ctx, request)
		if fault.losesAnswer() {
			return nil, connectionReset()
		}
		return answer, err
	}
}

func (f *Faults) stream(name Namer) grpc.StreamServerInterceptor {
	return func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, serve grpc.StreamHandler) error {
		s := &faultStream{ServerStream: ss, each: info.IsClientStream && info.IsServerStream}
		last := ""
		s.next = func(message any) Fault {
			method, resource := name(info.FullMethod, message)
			if resource == "" {
				resource = last
			}
			last = resource
			return f.Next(method, resource)
		}
		err := serve(srv, s)
		if fault := s.fault.Load(); fault != nil && fault.losesAnswer() {
			return connectionReset()
		}
		return err
	}
}

// Before applies the faults to a call over gRPC before its work: it waits and returns the error to answer with, if any.
func (f Fault) Before(ctx context.Context) error {
	if err := f.Wait(ctx); err != nil {
		return status.FromContextError(err).Err()
	}
	if code := f.grpcCode(); code != codes.OK {
		return status.Error(code, "a fault was injected for this call")
	}
	return nil
}

func (f Fault) losesAnswer() bool { return f.Reset || f.Truncate > 0 }

func connectionReset() error {
	return status.Error(codes.Unavailable, "connection reset by peer, after the call took effect")
}

// faultStream applies a fault at the first received message, or a new one at each, and discards answers that the fault
// loses.
type faultStream struct {
	grpc.ServerStream
	next  func(message any) Fault
	each  bool
	fault atomic.Pointer[Fault]
}

func (s *faultStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil || !s.each && s.fault.Load() != nil {
		return err
	}
	fault := s.next(message)
	s.fault.Store(&fault)
	return fault.Before(s.Context())
}

func (s *faultStream) SendMsg(message any) error {
	if fault := s.fault.Load(); fault != nil && fault.losesAnswer() {
		if s.each {
			return connectionReset()
		}
		return nil
	}
	return s.ServerStream.SendMsg(message)
}
