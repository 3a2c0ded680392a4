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

func TestDatastoreTransient(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{status.Error(codes.Unavailable, ""), true},
		{status.Error(codes.ResourceExhausted, ""), true},
		{status.Error(codes.Aborted, ""), true},
		{status.Error(codes.DeadlineExceeded, ""), true},
		{status.Error(codes.Internal, ""), true},
		{status.Error(codes.InvalidArgument, ""), false},
		{status.Error(codes.PermissionDenied, ""), false},
		{status.Error(codes.Unimplemented, ""), false},
		{&googleapi.Error{Code: 429}, true},
		{&googleapi.Error{Code: 503}, true},
		{&googleapi.Error{Code: 501}, false},
		{&googleapi.Error{Code: 403}, false},
		{errors.New("connection reset by peer"), true},
		{context.Canceled, false},
		{&cmekpipe.Error{Code: cmekpipe.InvalidOptions}, false},
	} {
		if got := gcperr.Datastore.Transient(tt.err); got != tt.want {
			t.Errorf("Datastore.Transient(%v): got %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestDatastoreTextQuotesNothing(t *testing.T) {
	for text, want := range map[string]string{
		`The value of property "secret" is longer than 1500 bytes.`: "is longer than 1500 bytes",
		`entity [kind:"K" name:"secret"]: AlreadyExists`:            "left out",
		"cannot write more than 500 entities in a single call":      "cannot write more than 500 entities",
	} {
		got := gcperr.DatastoreText(status.Error(codes.InvalidArgument, text))
		if strings.Contains(got, "secret") || !strings.Contains(got, want) || !strings.Contains(got, "InvalidArgument") {
			t.Errorf("DatastoreText(%q): got %q, want %q in it and no data", text, got, want)
		}
	}
}

func TestOperationErrorIsRead(t *testing.T) {
	err := gcperr.OperationError(9, "The customer-managed encryption key required by the requested resource is not accessible")
	if got := gcperr.Code(err); got != cmekpipe.KeyDisabled {
		t.Errorf("got code %q, want %q", got, cmekpipe.KeyDisabled)
	}
}
