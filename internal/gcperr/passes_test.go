package gcperr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// TestWhatEachServiceIsAskedAgain has for each service what is worth another attempt: "q" for BigQuery, "d" for Datastore, "b" for Bigtable.
func TestWhatEachServiceIsAskedAgain(t *testing.T) {
	services := []struct {
		letter string
		passes func(error) bool
	}{{"q", gcperr.Transient}, {"d", gcperr.DatastoreTransient}, {"b", gcperr.BigtableTransient}}
	grpc := func(code codes.Code) error { return status.Error(code, "text") }
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"no error", nil, ""},
		{"own", &cmekpipe.Error{Op: "op", Code: cmekpipe.Unavailable, Err: grpc(codes.Unavailable)}, ""},
		{"own, of a deadline", fmt.Errorf("bundle: %w", &cmekpipe.Error{Op: "op", Code: cmekpipe.Unavailable, Err: context.DeadlineExceeded}), ""},
		{"own, of a key", &cmekpipe.Error{Op: "op", Code: cmekpipe.KeyDisabled, Err: grpc(codes.Unavailable)}, ""},
		{"own, wrapped", fmt.Errorf("bundle: %w", &cmekpipe.Error{Op: "op", Code: cmekpipe.Unavailable}), ""},
		{"broken connection", errors.New("read: connection reset by peer"), "qd"},
		{"no connection", &net.OpError{Op: "dial", Err: errors.New("refused")}, "qd"},
		{"answer that ends early", fmt.Errorf("body: %w", io.ErrUnexpectedEOF), "qd"},
		{"no answer", io.EOF, "qd"},
		{"deadline", context.DeadlineExceeded, "qdb"},
		{"deadline, wrapped", fmt.Errorf("call: %w", context.DeadlineExceeded), "qdb"},
		{"cancelled", context.Canceled, "q"},

		{"status 400", &googleapi.Error{Code: 400}, ""},
		{"status 401", &googleapi.Error{Code: 401}, ""},
		{"status 403", &googleapi.Error{Code: 403}, ""},
		{"status 404", &googleapi.Error{Code: 404}, ""},
		{"status 409", &googleapi.Error{Code: 409}, ""},
		{"status 412", &googleapi.Error{Code: 412}, ""},
		{"status 429", &googleapi.Error{Code: 429}, "qd"},
		{"status 499", &googleapi.Error{Code: 499}, ""},
		{"status 500", &googleapi.Error{Code: 500}, "qd"},
		{"status 501", &googleapi.Error{Code: 501}, "q"},
		{"status 503", fmt.Errorf("call: %w", &googleapi.Error{Code: 503}), "qd"},
		{"reason backendError", reason(403, "backendError", "x"), "q"},
		{"reason internalError", reason(403, "internalError", "x"), "q"},
		{"reason rateLimitExceeded", reason(403, "rateLimitExceeded", "x"), "q"},
		{"reason jobRateLimitExceeded", reason(400, "jobRateLimitExceeded", "x"), "q"},
		{"reason quotaExceeded", reason(403, "quotaExceeded", "x"), ""},

		{"Canceled", grpc(codes.Canceled), "q"},
		{"Unknown", grpc(codes.Unknown), "q"},
		{"InvalidArgument", grpc(codes.InvalidArgument), ""},
		{"DeadlineExceeded", grpc(codes.DeadlineExceeded), "qdb"},
		{"NotFound", grpc(codes.NotFound), ""},
		{"AlreadyExists", grpc(codes.AlreadyExists), ""},
		{"PermissionDenied", grpc(codes.PermissionDenied), ""},
		{"ResourceExhausted", grpc(codes.ResourceExhausted), "qdb"},
		{"FailedPrecondition", grpc(codes.FailedPrecondition), ""},
		{"Aborted", grpc(codes.Aborted), "qdb"},
		{"OutOfRange", grpc(codes.OutOfRange), ""},
		{"Unimplemented", grpc(codes.Unimplemented), ""},
		{"Internal", grpc(codes.Internal), "qd"},
		{"Internal, stream reset", status.Error(codes.Internal, "stream terminated by RST_STREAM with error code: 2"), "qdb"},
		{"Internal, early end", status.Error(codes.Internal, "unexpected EOF"), "qdb"},
		{"Unavailable", grpc(codes.Unavailable), "qdb"},
		{"DataLoss", grpc(codes.DataLoss), ""},
		{"Unauthenticated", grpc(codes.Unauthenticated), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, s := range services {
				if s.passes(tt.err) {
					got += s.letter
				}
			}
			if got != tt.want {
				t.Errorf("got %q to try again, want %q", got, tt.want)
			}
		})
	}
}

func TestExhaustedIsOneCode(t *testing.T) {
	for code := codes.OK; code <= codes.Unauthenticated; code++ {
		if got, want := gcperr.Exhausted(status.Error(code, "x")), code == codes.ResourceExhausted; got != want {
			t.Errorf("%v: got %v, want %v", code, got, want)
		}
	}
	for _, err := range []error{nil, errors.New("ResourceExhausted")} {
		if gcperr.Exhausted(err) {
			t.Errorf("%v: got true, want false", err)
		}
	}
}

func TestBigtableKeyMayBeIsTwoCodes(t *testing.T) {
	for code := codes.OK; code <= codes.Unauthenticated; code++ {
		want := code == codes.FailedPrecondition || code == codes.NotFound
		if got := gcperr.BigtableKeyMayBe(status.Error(code, "x")); got != want {
			t.Errorf("%v: got %v, want %v", code, got, want)
		}
	}
	if gcperr.BigtableKeyMayBe(errors.New("not found")) {
		t.Error("an error without a code: got true, want false")
	}
}
