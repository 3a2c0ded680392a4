package core_test

import (
	"context"
	"errors"
	"io"
	"path"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// kinds calls a method of each kind that Google's services have, and returns the number of answers.
func kinds() map[string]func(context.Context, grpc_testing.TestServiceClient, ...string) (int, error) {
	return map[string]func(context.Context, grpc_testing.TestServiceClient, ...string) (int, error){
		"UnaryCall": func(ctx context.Context, c grpc_testing.TestServiceClient, names ...string) (int, error) {
			for n, name := range names {
				if _, err := c.UnaryCall(ctx, &grpc_testing.SimpleRequest{Payload: payload(name)}); err != nil {
					return n, err
				}
			}
			return len(names), nil
		},
		"StreamingOutputCall": func(ctx context.Context, c grpc_testing.TestServiceClient, names ...string) (int, error) {
			for n, name := range names {
				stream, err := c.StreamingOutputCall(ctx, &grpc_testing.StreamingOutputCallRequest{Payload: payload(name)})
				if err != nil {
					return n, err
				}
				if _, err := stream.Recv(); err != nil {
					return n, err
				}
				if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
					return n, err
				}
			}
			return len(names), nil
		},
		"FullDuplexCall": func(ctx context.Context, c grpc_testing.TestServiceClient, names ...string) (int, error) {
			stream, err := c.FullDuplexCall(ctx)
			for n, name := range names {
				if err == nil {
					err = stream.Send(&grpc_testing.StreamingOutputCallRequest{Payload: payload(name)})
				}
				if err == nil || errors.Is(err, io.EOF) {
					_, err = stream.Recv()
				}
				if err != nil {
					return n, err
				}
			}
			return len(names), nil
		},
	}
}

func payload(name string) *grpc_testing.Payload { return &grpc_testing.Payload{Body: []byte(name)} }

// worker does the work of every method through one function.
type worker struct {
	grpc_testing.UnimplementedTestServiceServer
	work func(ctx context.Context, name string) error
}

func (w *worker) UnaryCall(ctx context.Context, r *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	return &grpc_testing.SimpleResponse{}, w.work(ctx, string(r.GetPayload().GetBody()))
}

func (w *worker) StreamingOutputCall(r *grpc_testing.StreamingOutputCallRequest, s grpc_testing.TestService_StreamingOutputCallServer) error {
	if err := w.work(s.Context(), string(r.GetPayload().GetBody())); err != nil {
		return err
	}
	return s.Send(&grpc_testing.StreamingOutputCallResponse{})
}

func (w *worker) FullDuplexCall(s grpc_testing.TestService_FullDuplexCallServer) error {
	for {
		r, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = w.StreamingOutputCall(r, s)
		}
		if err != nil {
			return err
		}
	}
}

func startWorker(t *testing.T, faults *core.Faults, work func(ctx context.Context, name string) error) grpc_testing.TestServiceClient {
	t.Helper()
	server := grpc.NewServer(faults.GRPC(func(fullMethod string, request any) (string, string) {
		return path.Base(fullMethod), string(request.(interface{ GetPayload() *grpc_testing.Payload }).GetPayload().GetBody())
	})...)
	grpc_testing.RegisterTestServiceServer(server, &worker{work: work})
	return grpc_testing.NewTestServiceClient(serveGRPC(t, server))
}

func TestGRPCHooksSeeTheCallAtBeginAndEffect(t *testing.T) {
	for kind, call := range kinds() {
		var steps []string
		step := func(name string) func(string, string) {
			return func(method, resource string) { steps = append(steps, name+" "+method+" "+resource) }
		}
		var faults core.Faults
		faults.Add(core.Fault{Call: 2, OnBegin: step("begin"), OnEffect: step("effect"), AnswerLatency: time.Millisecond})
		client := startWorker(t, &faults, func(_ context.Context, name string) error {
			steps = append(steps, "work "+name)
			return nil
		})
		if n, err := call(t.Context(), client, "a", "b", "c"); n != 3 || err != nil {
			t.Errorf("%s: got %d answers, %v, want 3", kind, n, err)
		}
		want := []string{"work a", "begin " + kind + " b", "work b", "effect " + kind + " b", "work c"}
		if diff := cmp.Diff(want, steps); diff != "" {
			t.Errorf("%s: steps (-want +got):\n%s", kind, diff)
		}
	}
}

func TestNoEffectIsReportedForARefusedGRPCCall(t *testing.T) {
	for kind, call := range kinds() {
		var faults core.Faults
		faults.Add(core.Fault{OnEffect: func(string, string) { t.Errorf("%s: got an effect reported, want none", kind) }})
		client := startWorker(t, &faults, func(context.Context, string) error { return status.Error(codes.NotFound, "no such thing") })
		if _, err := call(t.Context(), client, "a"); status.Code(err) != codes.NotFound {
			t.Errorf("%s: got %v, want NotFound", kind, err)
		}
	}
}

// The hook ends the client, and the call takes effect nevertheless.
func TestDetachedGRPCCallTakesEffectWithoutItsClient(t *testing.T) {
	for kind, call := range kinds() {
		ctx, leave := context.WithCancel(t.Context())
		var faults core.Faults
		effect, left := make(chan error, 1), make(chan struct{})
		faults.Add(core.Fault{Detached: true, Latency: time.Millisecond, OnBegin: func(string, string) {
			leave()
			<-left
		}})
		client := startWorker(t, &faults, func(ctx context.Context, _ string) error {
			effect <- ctx.Err()
			return nil
		})
		if _, err := call(ctx, client, "a"); status.Code(err) != codes.Canceled {
			t.Errorf("%s: got %v, want the client to have left", kind, err)
		}
		close(left)
		if err := <-effect; err != nil {
			t.Errorf("%s: context of the work: got %v, want one that the client can't cancel", kind, err)
		}
	}
}

// Detached work that waits ends with the cloud.
func TestCloseEndsDetachedGRPCCalls(t *testing.T) {
	for kind, call := range kinds() {
		var faults core.Faults
		faults.Add(core.Fault{Call: 1, Detached: true, Latency: time.Nanosecond})
		client := startWorker(t, &faults, func(ctx context.Context, _ string) error {
			go faults.Close()
			<-ctx.Done()
			return status.Error(codes.Aborted, "the work ended")
		})
		if _, err := call(t.Context(), client, "a"); status.Code(err) != codes.Aborted {
			t.Errorf("%s: got %v, want the work to end", kind, err)
		}
	}
}

// The client of a stream or call gives up waiting for an answer after the effect.
func TestGRPCAnswerThatNeverComes(t *testing.T) {
	for kind, call := range kinds() {
		ctx, giveUp := context.WithCancel(t.Context())
		var faults core.Faults
		faults.Add(core.Fault{AnswerLatency: time.Hour, OnEffect: func(string, string) { giveUp() }})
		client := startWorker(t, &faults, func(context.Context, string) error { return nil })
		if n, err := call(ctx, client, "a"); n != 0 || status.Code(err) != codes.Canceled {
			t.Errorf("%s: got %d answers, %v, want none", kind, n, err)
		}
	}
}
