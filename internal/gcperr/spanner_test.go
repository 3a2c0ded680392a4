package gcperr_test

import (
	"errors"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestTextsOfInaccessibleKeys(t *testing.T) {
	for _, text := range []string{
		"KMS key required by the Spanner resource is not accessible.",
		"The customer-managed encryption key required by the requested resource is not accessible",
	} {
		err := status.Error(codes.FailedPrecondition, text)
		if got := gcperr.Code(err); got != cmekpipe.KeyDisabled || !gcperr.KeyInaccessible(err) {
			t.Errorf("Code(%v): got %q, want %q", err, got, cmekpipe.KeyDisabled)
		}
	}
	for _, err := range []error{nil, errors.New("no")} {
		if gcperr.KeyInaccessible(err) {
			t.Errorf("KeyInaccessible(%v): got true", err)
		}
	}
}

func TestSpannerCommitTooLarge(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{status.Error(codes.InvalidArgument, "The transaction contains too many mutations."), true},
		{fmt.Errorf("x: %w", status.Error(codes.InvalidArgument, "The transaction exceeds the commit size limit")), true},
		{status.Error(codes.InvalidArgument, "no"), false},
		{status.Error(codes.Internal, "too many mutations"), false},
		{nil, false},
	} {
		if got := gcperr.SpannerCommitTooLarge(tt.err); got != tt.want {
			t.Errorf("SpannerCommitTooLarge(%v): got %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestExhausted(t *testing.T) {
	for err, want := range map[error]bool{
		status.Error(codes.ResourceExhausted, "Quota exceeded"):                      true,
		fmt.Errorf("x: %w", status.Error(codes.ResourceExhausted, "Quota exceeded")): true,
		status.Error(codes.Unavailable, "Quota exceeded"):                            false,
		errors.New("Quota exceeded"):                                                 false,
		nil:                                                                          false,
	} {
		if got := gcperr.Exhausted(err); got != want {
			t.Errorf("Exhausted(%v): got %v, want %v", err, got, want)
		}
	}
}
