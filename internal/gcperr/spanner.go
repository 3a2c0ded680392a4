package gcperr

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// KeyInaccessible reports whether a service refused a call because it cannot use a key, and does not say why.
func KeyInaccessible(err error) bool {
	if err == nil {
		return false
	}
	fault, ok := explain.FindFault(err.Error())
	return ok && fault.Vague
}

// IsNotFound reports whether a service answered that the resource does not exist.
func IsNotFound(err error) bool { return err != nil && Code(err) == cmekpipe.NotFound }

// SpannerCommitTooLarge reports whether Spanner refused a commit for having too many values or bytes, so that a part of
// it may be accepted. Source: https://docs.cloud.google.com/spanner/quotas.
func SpannerCommitTooLarge(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.InvalidArgument &&
		(strings.Contains(s.Message(), "too many mutations") || strings.Contains(s.Message(), "exceeds the commit size limit"))
}

// Exhausted reports whether a quota of a service is used up for now. Its clients do not always retry such a call.
func Exhausted(err error) bool { return status.Code(err) == codes.ResourceExhausted }
