package gcperr_test

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestBigtableFailures(t *testing.T) {
	for _, tt := range []struct {
		err            error
		transient, key bool
	}{
		{status.Error(codes.Unavailable, "connection reset"), true, false},
		{status.Error(codes.ResourceExhausted, "quota"), true, false},
		{status.Error(codes.Aborted, ""), true, false},
		{status.Error(codes.DeadlineExceeded, ""), true, false},
		{context.DeadlineExceeded, true, false},
		{status.Error(codes.Internal, "stream terminated by RST_STREAM with error code: INTERNAL_ERROR"), true, false},
		{status.Error(codes.Internal, "unexpected EOF"), true, false},
		{status.Error(codes.Internal, "no"), false, false},
		{status.Error(codes.FailedPrecondition, ""), false, true},
		{status.Error(codes.NotFound, ""), false, true},
		{status.Error(codes.PermissionDenied, ""), false, false},
		{context.Canceled, false, false},
		{errors.New("no"), false, false},
		{nil, false, false},
	} {
		if got := gcperr.Bigtable.Transient(tt.err); got != tt.transient {
			t.Errorf("Bigtable.Transient(%v): got %v, want %v", tt.err, got, tt.transient)
		}
		if got := gcperr.BigtableKeyMayBe(tt.err); got != tt.key {
			t.Errorf("BigtableKeyMayBe(%v): got %v, want %v", tt.err, got, tt.key)
		}
	}
}
