package gcperr_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestRedactRemovesTheServicesText(t *testing.T) {
	const secret = "Jane Doe"
	for _, tt := range []struct {
		name string
		err  error
		code cmekpipe.Code
		says string
	}{
		{"message over HTTP", &googleapi.Error{Code: 400, Message: secret}, cmekpipe.InvalidOptions, "HTTP status 400"},
		{"body over HTTP", &googleapi.Error{Code: 412, Body: secret}, cmekpipe.PreconditionFailed, "HTTP status 412"},
		{"details over HTTP", &googleapi.Error{Code: 404, Details: []any{secret}}, cmekpipe.NotFound, "HTTP status 404"},
		{"key's text over HTTP", &googleapi.Error{Code: 400, Body: secret + " is not enabled, current state is: DISABLED"}, cmekpipe.KeyDisabled, "HTTP status 400"},
		{"over gRPC", status.Error(codes.InvalidArgument, secret), cmekpipe.InvalidOptions, "gRPC code InvalidArgument"},
		{"connection", errors.New("connection reset by peer"), cmekpipe.Unavailable, "connection reset"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := gcperr.Redact(gcperr.Wrap("op", "resource", cmekpipe.KeyName{}, tt.err), tt.err)
			if cmekpipe.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), secret) {
				t.Errorf("got %v, want code %s, %q and no data", err, tt.code, tt.says)
			}
		})
	}
	own := &cmekpipe.Error{Op: "first", Code: cmekpipe.KeyMismatch}
	for _, err := range []error{nil, context.Canceled, own} {
		if got := gcperr.Redact(gcperr.Wrap("op", "resource", cmekpipe.KeyName{}, err), err); got != err {
			t.Errorf("got %v, want %v unchanged", got, err)
		}
	}
}
