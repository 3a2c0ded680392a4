package core

import (
	"context"
	"errors"

	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Namer returns the names of a gRPC call for faults and ledger: its method, such as "kms.Encrypt", and its resource.
type Namer func(fullMethod string, request any) (method, resource string)

// GRPC returns the options of a gRPC server that apply the faults to its calls, as [Faults.HTTP] does over HTTP: a call
// waits, answers the fault's code, or does its work and then answers late or loses the answer. A broken connection
// reaches the client as Unavailable, and so does a truncated answer, because gRPC delivers whole messages only. A stream
// meets its fault at its first received message; its answer begins with the first message sent. In a bidirectional
// stream each received message counts as a call and the next message sent answers it, so that a fault may apply in the
// middle; a message without a resource has the resource of the previous one. The server must answer a message before it
// receives the next, and use the stream's context as it is after a message was received.
func (f *Faults) GRPC(name Namer) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(f.unary(name)), grpc.ChainStreamInterceptor(f.stream(name))}
}

func (f *Faults) unary(name Namer) grpc.UnaryServerInterceptor {
	return func(client context.Context, request any, info *grpc.UnaryServerInfo, serve grpc.UnaryHandler) (any, error) {
		defer f.opened()()
		method, resource := name(info.FullMethod, request)
		if err := f.arrive(client, method, resource); err != nil {
			return nil, err
		}
		hit := f.Next(method, resource)
		ctx, release, err := hit.before(client)
		defer release()
		if err != nil {
			return nil, err
		}
		answer, err := serve(ctx, request)
		if lost := hit.after(client, err == nil && !carriesError(answer)); lost != nil {
			return nil, lost
		}
		return answer, err
	}
}

func (f *Faults) stream(name Namer) grpc.StreamServerInterceptor {
	return func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, serve grpc.StreamHandler) error {
		defer f.opened()()
		s := &faultStream{ServerStream: ss, each: info.IsClientStream && info.IsServerStream}
		last := ""
		s.next = func(message any) (Hit, error) {
			method, resource := name(info.FullMethod, message)
			if resource == "" {
				resource = last
			}
			last = resource
			if err := f.arrive(ss.Context(), method, resource); err != nil {
				return Hit{}, err
			}
			return f.Next(method, resource), nil
		}
		err := serve(srv, s)
		if lost := s.finish(err == nil); lost != nil {
			return lost
		}
		return err
	}
}

// Message applies the faults to a message of a stream that the server sends: it waits and returns the error that ends
// the stream before the message, if any.
func (f *Faults) Message(ctx context.Context, method, resource string) error {
	hit := f.Next(method, resource)
	_, release, err := hit.before(ctx)
	defer release()
	if err != nil {
		return err
	}
	return hit.after(ctx, true)
}

// before applies the fault to a call over gRPC before its work, see begin. It returns the error to answer with, if any.
func (h Hit) before(client context.Context) (ctx context.Context, release func(), err error) {
	if ctx, release, err = h.begin(client); err != nil {
		return ctx, release, ended(err)
	}
	if code := h.grpcCode(); code != codes.OK {
		err = status.Error(code, "a fault was injected for this call")
	}
	return ctx, release, err
}

// after applies the fault to a call over gRPC after its work. An error replaces the answer.
func (h Hit) after(client context.Context, tookEffect bool) error {
	if err := h.end(client, tookEffect); err != nil {
		return ended(err)
	}
	if h.losesAnswer() {
		return status.Error(codes.Unavailable, "connection reset by peer, after the call took effect")
	}
	return nil
}

// brokenOff is the error of a call that an interceptor broke off.
func brokenOff(err error) error { return status.Error(codes.Unavailable, err.Error()) }

// ended is the error of a call that ended while it waited.
func ended(err error) error {
	if errors.Is(err, closedError{}) {
		return status.Error(codes.Unavailable, err.Error())
	}
	return status.FromContextError(err).Err()
}

// carriesError reports whether an answer says that the call failed, as those of long-running operations and of
// BigQuery's appends may.
func carriesError(answer any) bool {
	a, ok := answer.(interface{ GetError() *rpcstatus.Status })
	return ok && a.GetError() != nil
}
