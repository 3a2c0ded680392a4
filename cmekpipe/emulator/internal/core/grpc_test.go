package core_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// healthServer is a gRPC service with a unary and a streaming method. It counts its calls.
type healthServer struct {
	grpc_health_v1.UnimplementedHealthServer
	done      atomic.Int32
	principal atomic.Value
}

func (s *healthServer) Check(ctx context.Context, _ *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	s.done.Add(1)
	s.principal.Store(core.Principal(ctx))
	return &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING}, nil
}

func (s *healthServer) Watch(_ *grpc_health_v1.HealthCheckRequest, answers grpc_health_v1.Health_WatchServer) error {
	s.done.Add(1)
	for range 2 {
		if err := answers.Send(&grpc_health_v1.HealthCheckResponse{}); err != nil {
			return err
		}
	}
	return nil
}

// startHealth serves health checks with a fault on those of "b".
func startHealth(t *testing.T, fault core.Fault) (grpc_health_v1.HealthClient, *healthServer) {
	t.Helper()
	var faults core.Faults
	fault.Resource = "b"
	faults.Add(fault)
	server := grpc.NewServer(faults.GRPC(func(fullMethod string, request any) (string, string) {
		return "health." + path.Base(fullMethod), request.(*grpc_health_v1.HealthCheckRequest).GetService()
	})...)
	health := &healthServer{}
	grpc_health_v1.RegisterHealthServer(server, health)
	return grpc_health_v1.NewHealthClient(serveGRPC(t, server)), health
}

// serveGRPC returns a connection to a server that serves until the test ends.
func serveGRPC(t *testing.T, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// check makes a unary call, watch a streaming one; both return the number of messages received and the final error.
func check(ctx context.Context, client grpc_health_v1.HealthClient, resource string) (int, error) {
	if _, err := client.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: resource}); err != nil {
		return 0, err
	}
	return 1, nil
}

func watch(ctx context.Context, client grpc_health_v1.HealthClient, resource string) (int, error) {
	stream, err := client.Watch(ctx, &grpc_health_v1.HealthCheckRequest{Service: resource})
	if err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func TestGRPCFaults(t *testing.T) {
	for name, call := range map[string]struct {
		method   string
		make     func(context.Context, grpc_health_v1.HealthClient, string) (int, error)
		messages int
	}{
		"unary":  {"health.Check", check, 1},
		"stream": {"health.Watch", watch, 2},
	} {
		for _, tt := range []struct {
			fault core.Fault
			code  codes.Code
			done  bool
		}{
			{core.Fault{Method: "health.Other", Reset: true}, codes.OK, true},
			{core.Fault{Latency: time.Millisecond}, codes.OK, true},
			{core.Fault{AnswerLatency: time.Millisecond}, codes.OK, true},
			{core.Fault{Detached: true, Latency: time.Millisecond}, codes.OK, true},
			{core.Fault{Code: codes.ResourceExhausted}, codes.ResourceExhausted, false},
			{core.Fault{Status: 403}, codes.PermissionDenied, false},
			{core.Fault{Reset: true}, codes.Unavailable, true},
			{core.Fault{Truncate: 1}, codes.Unavailable, true},
		} {
			if tt.fault.Method == "" {
				tt.fault.Method = call.method
			}
			client, health := startHealth(t, tt.fault)
			n, err := call.make(t.Context(), client, "b")
			want := 0
			if tt.code == codes.OK {
				want = call.messages
			}
			if status.Code(err) != tt.code || n != want || (health.done.Load() == 1) != tt.done {
				t.Errorf("%s with %+v: got %d messages, %v, done %v; want %d, %s, done %v",
					name, tt.fault, n, err, health.done.Load(), want, tt.code, tt.done)
			}
			if n, err := call.make(t.Context(), client, "a"); err != nil || n != call.messages {
				t.Errorf("%s of another resource: got %d, %v", name, n, err)
			}
		}
	}
}

func TestCancelledGRPCCallDoesNothing(t *testing.T) {
	client, health := startHealth(t, core.Fault{Latency: time.Hour})
	for _, call := range []func(context.Context, grpc_health_v1.HealthClient, string) (int, error){check, watch} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, err := call(ctx, client, "b"); status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
		cancel()
	}
	if got := health.done.Load(); got != 0 {
		t.Errorf("got %d calls done, want none", got)
	}
}

func TestCodesAndStatusesGoTogether(t *testing.T) {
	for http, code := range map[int]codes.Code{
		400: codes.InvalidArgument, 401: codes.Unauthenticated, 403: codes.PermissionDenied, 404: codes.NotFound,
		409: codes.AlreadyExists, 412: codes.FailedPrecondition, 429: codes.ResourceExhausted, 499: codes.Canceled,
		500: codes.Internal, 501: codes.Unimplemented, 503: codes.Unavailable, 504: codes.DeadlineExceeded, 418: codes.Unknown,
	} {
		client, _ := startHealth(t, core.Fault{Status: http})
		if _, err := check(t.Context(), client, "b"); status.Code(err) != code {
			t.Errorf("status %d over gRPC: got %v, want %s", http, err, code)
		}
	}
	for code, want := range map[codes.Code]int{
		codes.InvalidArgument: 400, codes.FailedPrecondition: 400, codes.OutOfRange: 400, codes.Unauthenticated: 401,
		codes.PermissionDenied: 403, codes.NotFound: 404, codes.Aborted: 409, codes.AlreadyExists: 409,
		codes.ResourceExhausted: 429, codes.Canceled: 499, codes.Internal: 500, codes.Unknown: 500, codes.DataLoss: 500,
		codes.Unimplemented: 501, codes.Unavailable: 503, codes.DeadlineExceeded: 504,
	} {
		if got, _, _, _ := serveHTTP(t, core.Fault{Code: code}, created); got != want {
			t.Errorf("code %s over HTTP: got %d, want %d", code, got, want)
		}
	}
}

func TestPrincipalIsTheOwnerUnlessNamed(t *testing.T) {
	client, health := startHealth(t, core.Fault{})
	for _, tt := range []struct {
		ctx  context.Context
		want string
	}{
		{t.Context(), core.Owner},
		{metadata.AppendToOutgoingContext(t.Context(), core.PrincipalHeader, "user:ann@example.com"), "user:ann@example.com"},
	} {
		if _, err := check(tt.ctx, client, "b"); err != nil {
			t.Fatal(err)
		}
		if got := health.principal.Load(); got != tt.want {
			t.Errorf("got %v, want %s", got, tt.want)
		}
	}
}
