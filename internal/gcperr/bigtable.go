package gcperr

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// BigtablePasses reports whether a call to Bigtable failed in a way that may pass, so that the same call may succeed
// later. Whether it took effect is open. An error that this module made doesn't pass, whatever it wraps: it is what came of
// the attempts, or a refusal. Source: the retries of Google's client, cloud.google.com/go/bigtable, and
// https://docs.cloud.google.com/bigtable/docs/status-codes.
func BigtableTransient(err error) bool {
	if _, typed := errors.AsType[*cmekpipe.Error](err); typed {
		return false
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	switch s.Code() {
	case codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.DeadlineExceeded:
		return true
	case codes.Internal: // a connection that broke
		return strings.Contains(s.Message(), "RST_STREAM") || strings.Contains(s.Message(), "unexpected EOF")
	}
	return false
}

// BigtableKeyMayBe reports whether a failure of Bigtable may come from a key that can't be used: Google names two codes
// for that, and no text. Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func BigtableKeyMayBe(err error) bool {
	s, ok := status.FromError(err)
	return ok && (s.Code() == codes.FailedPrecondition || s.Code() == codes.NotFound)
}
