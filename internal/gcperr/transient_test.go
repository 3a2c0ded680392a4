package gcperr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// TestTransient has for each error the services that it is transient for: "a" for any service without a rule of its own, "q"
// for BigQuery, "d" for Datastore, "b" for Bigtable, "h" for Healthcare and "s" for Cloud Storage.
func TestTransient(t *testing.T) {
	services := []struct {
		letter    string
		transient func(error) bool
	}{
		{"a", gcperr.Transient}, {"q", gcperr.BigQuery.Transient}, {"d", gcperr.Datastore.Transient},
		{"b", gcperr.Bigtable.Transient}, {"h", gcperr.Healthcare.Transient}, {"s", gcperr.CloudStorage.Transient},
	}
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
		{"broken connection", errors.New("read: connection reset by peer"), "aqd"},
		{"no connection", &net.OpError{Op: "dial", Err: errors.New("refused")}, "aqd"},
		{"answer that ends early", fmt.Errorf("body: %w", io.ErrUnexpectedEOF), "aqdhs"},
		{"no answer", io.EOF, "aqd"},
		{"deadline", context.DeadlineExceeded, "aqdbhs"},
		{"deadline, wrapped", fmt.Errorf("call: %w", context.DeadlineExceeded), "aqdbhs"},
		{"cancelled", context.Canceled, "aq"},
		{"token refused", errors.New(`Get "https://storage": oauth2: "invalid_grant" "reauth related error"`), ""},
		{"token refused, in a status", status.Error(codes.Unavailable, "transport: per-RPC creds failed: auth: cannot fetch token: 400"), ""},
		{"token server busy", errors.New("oauth2: cannot fetch token: 503"), "aqd"},
		{"too fast, as 403", &googleapi.Error{Code: 403, Errors: []googleapi.ErrorItem{{Reason: "rateLimitExceeded"}}}, "aqhs"},

		{"status 400", &googleapi.Error{Code: 400}, ""},
		{"status 401", &googleapi.Error{Code: 401}, ""},
		{"status 403", &googleapi.Error{Code: 403}, ""},
		{"status 404", &googleapi.Error{Code: 404}, ""},
		{"status 408", &googleapi.Error{Code: 408}, "ahs"},
		{"status 409", &googleapi.Error{Code: 409}, ""},
		{"status 412", &googleapi.Error{Code: 412}, ""},
		{"status 429", &googleapi.Error{Code: 429}, "aqdhs"},
		{"status 499", &googleapi.Error{Code: 499}, "a"},
		{"status 500", &googleapi.Error{Code: 500}, "aqdhs"},
		{"status 501", &googleapi.Error{Code: 501}, "qhs"},
		{"status 503", fmt.Errorf("call: %w", &googleapi.Error{Code: 503}), "aqdhs"},
		{"reason backendError", reason(403, "backendError", "x"), "q"},
		{"reason internalError", reason(403, "internalError", "x"), "q"},
		{"reason rateLimitExceeded", reason(403, "rateLimitExceeded", "x"), "aqhs"},
		{"reason jobRateLimitExceeded", reason(400, "jobRateLimitExceeded", "x"), "q"},
		{"status 400, truncated", &googleapi.Error{Code: 400, Body: `{"error":{"code":400,"mess`}, "a"},
		{"status 503 about a key", &googleapi.Error{Code: 503, Message: "v is not enabled, current state is: DISABLED."}, "qdhs"},
		{"reason quotaExceeded", reason(403, "quotaExceeded", "x"), "a"},

		{"Canceled", grpc(codes.Canceled), "aq"},
		{"Unknown", grpc(codes.Unknown), "aq"},
		{"InvalidArgument", grpc(codes.InvalidArgument), ""},
		{"DeadlineExceeded", grpc(codes.DeadlineExceeded), "aqdb"},
		{"NotFound", grpc(codes.NotFound), ""},
		{"AlreadyExists", grpc(codes.AlreadyExists), ""},
		{"PermissionDenied", grpc(codes.PermissionDenied), ""},
		{"ResourceExhausted", grpc(codes.ResourceExhausted), "aqdb"},
		{"FailedPrecondition", grpc(codes.FailedPrecondition), ""},
		{"Aborted", grpc(codes.Aborted), "aqdb"},
		{"OutOfRange", grpc(codes.OutOfRange), ""},
		{"Unimplemented", grpc(codes.Unimplemented), ""},
		{"Internal", grpc(codes.Internal), "aqd"},
		{"Internal, stream reset", status.Error(codes.Internal, "stream terminated by RST_STREAM with error code: 2"), "aqdb"},
		{"Internal, early end", status.Error(codes.Internal, "unexpected EOF"), "aqdb"},
		{"Unavailable", grpc(codes.Unavailable), "aqdb"},
		{"DataLoss", grpc(codes.DataLoss), "a"},
		{"Unauthenticated", grpc(codes.Unauthenticated), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, s := range services {
				if s.transient(tt.err) {
					got += s.letter
				}
			}
			if got != tt.want {
				t.Errorf("got it transient for %q, want %q", got, tt.want)
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

// TestLostConnectionsAreThoseOfTheStorageClient compares the rule with the one of Google's client, for errors over HTTP.
func TestLostConnectionsAreThoseOfTheStorageClient(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	post := func(err error) error { return &url.Error{Op: "Post", URL: "https://example.com", Err: err} }
	for _, err := range []error{
		nil, errors.New("connection reset"), io.EOF, post(io.EOF), fmt.Errorf("body: %w", io.ErrUnexpectedEOF), post(io.ErrUnexpectedEOF),
		net.ErrClosed, post(net.ErrClosed), dial(syscall.ECONNREFUSED), dial(syscall.ECONNRESET), post(dial(syscall.ECONNREFUSED)),
		post(dial(syscall.EPIPE)), post(dial(syscall.EHOSTUNREACH)), post(dial(syscall.ETIMEDOUT)), post(syscall.EINTR),
		post(errors.New("http2: client connection lost")), post(errors.New("http: server closed idle connection")),
		post(errors.New("x509: certificate signed by unknown authority")), post(errors.New("oauth2: cannot fetch token")),
		&net.DNSError{IsTemporary: true}, &net.DNSError{IsNotFound: true}, post(&net.DNSError{IsTemporary: true}), post(dial(&net.DNSError{IsNotFound: true})),
		context.Canceled, post(context.Canceled), context.DeadlineExceeded, post(context.DeadlineExceeded), fmt.Errorf("call: %w", context.DeadlineExceeded),
		&googleapi.Error{Code: 408}, &googleapi.Error{Code: 409}, &googleapi.Error{Code: 429}, fmt.Errorf("x: %w", &googleapi.Error{Code: 502}),
		fmt.Errorf("x: %w", post(dial(syscall.ECONNRESET))),
	} {
		if got, want := gcperr.CloudStorage.Transient(err), storage.ShouldRetry(err); got != want {
			t.Errorf("%v: got %v, want %v as storage.ShouldRetry", err, got, want)
		}
	}
}
