package core

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Namer tells how faults and ledger know a gRPC call: its method, such as "kms.Encrypt", and the resource it is about.
type Namer func(fullMethod string, request any) (method, resource string)

// GRPC returns what makes a gRPC server serve its calls as the faults allow, which is the counterpart of
// [Faults.HTTP]: a call waits, answers the fault's code, or does its work and then loses the answer. A broken
// connection reaches the client as Unavailable, and so does a truncated answer, as gRPC delivers whole messages only.
// A stream meets its fault when its first message comes in. Where messages go both ways each one that comes in is a call
// of its own, so that a fault may strike in the middle: one that has no resource in it is about the same as the one
// before. The server must answer a message before it takes the next.
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
		s := &spoiledStream{ServerStream: ss, each: info.IsClientStream && info.IsServerStream}
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

// Before lets a call over gRPC wait and returns the error that it answers with instead of doing its work, if any.
func (f Fault) Before(ctx context.Context) error {
	if err := f.Wait(ctx); err != nil {
		return status.FromContextError(err).Err()
	}
	if code := f.grpcCode(); code != codes.OK {
		return status.Error(code, "a fault was arranged for this call")
	}
	return nil
}

func (f Fault) losesAnswer() bool { return f.Reset || f.Truncate > 0 }

func connectionReset() error {
	return status.Error(codes.Unavailable, "connection reset by peer, after the call took effect")
}

// spoiledStream meets its fault at the first message received, or a new one at each, and swallows answers that are to get
// lost.
type spoiledStream struct {
	grpc.ServerStream
	next  func(message any) Fault
	each  bool
	fault atomic.Pointer[Fault]
}

func (s *spoiledStream) RecvMsg(message any) error {
	if err := s.ServerStream.RecvMsg(message); err != nil || !s.each && s.fault.Load() != nil {
		return err
	}
	fault := s.next(message)
	s.fault.Store(&fault)
	return fault.Before(s.Context())
}

func (s *spoiledStream) SendMsg(message any) error {
	if fault := s.fault.Load(); fault != nil && fault.losesAnswer() {
		if s.each {
			return connectionReset()
		}
		return nil
	}
	return s.ServerStream.SendMsg(message)
}
