package bigtableio

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

func TestPoliciesEnd(t *testing.T) {
	answer := func(code codes.Code) func(context.Context, int) error {
		return func(context.Context, int) error { return status.Error(code, "not now") }
	}
	for _, tt := range []struct {
		name        string
		policy      retry.Policy
		call        func(ctx context.Context, n int) error
		calls       int
		least, most time.Duration
	}{
		{"admin, unavailable", adminPolicy(), answer(codes.Unavailable), 8, 0, 10 * time.Second},
		{"admin, aborted", adminPolicy(), answer(codes.Aborted), 8, 0, 10 * time.Second},
		{"admin, out of quota", adminPolicy(), answer(codes.ResourceExhausted), 18, 10 * time.Second, 104 * time.Second},
		{"admin, out of quota, then away", adminPolicy(), func(_ context.Context, n int) error {
			if n <= 5 {
				return status.Error(codes.ResourceExhausted, "quota")
			}
			return status.Error(codes.Unavailable, "away")
		}, 13, 0, time.Minute},
		{"admin that hangs", adminPolicy(), func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return status.FromContextError(ctx.Err()).Err()
		}, 8, 8 * time.Minute, 8*time.Minute + 10*time.Second},
		{"admin, forbidden", adminPolicy(), answer(codes.PermissionDenied), 1, 0, 0},
		{"admin, refused", adminPolicy(), func(context.Context, int) error {
			return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unavailable, Err: status.Error(codes.Unavailable, "away")}
		}, 1, 0, 0},
		{"rows, unavailable", rowPolicy(), answer(codes.Unavailable), 8, 0, 10 * time.Second},
		{"rows, out of quota", rowPolicy(), answer(codes.ResourceExhausted), 8, 0, 10 * time.Second},
		{"rows that must not be sent again", rowPolicy(), func(context.Context, int) error {
			return &unrepeatable{status.Error(codes.Unavailable, "away")}
		}, 1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, calls := time.Now(), 0
				err := retry.Do(t.Context(), tt.policy, func(ctx context.Context) error {
					calls++
					return tt.call(ctx, calls)
				})
				if took := time.Since(start); err == nil || calls != tt.calls || took < tt.least || took > tt.most {
					t.Errorf("got error %v after %d calls in %v, want one after %d in %v to %v", err, calls, took, tt.calls, tt.least, tt.most)
				}
			})
		})
	}
}

func TestPolicyIsForEachCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := adminPolicy()
		for range 3 {
			calls := 0
			err := retry.Do(t.Context(), p, func(context.Context) error {
				if calls++; calls < 8 {
					return status.Error(codes.Unavailable, "away")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestContextThatEndsEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Second, errors.New("called off"))
		defer cancel()
		err := retry.Do(ctx, adminPolicy(), func(context.Context) error { return status.Error(codes.ResourceExhausted, "quota") })
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 20*time.Second {
			t.Errorf("got error %v after %v, want the context's after 20 s", err, took)
		}
	})
}
