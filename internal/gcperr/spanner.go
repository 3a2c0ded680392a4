package gcperr

import (
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// inaccessibleTexts tell that a key can't be used, and not whether it is disabled or denied.
// Sources: https://docs.cloud.google.com/spanner/docs/cmek and https://docs.cloud.google.com/firestore/native/docs/use-cmek.
func inaccessibleTexts() []string {
	return []string{
		"KMS key required by the Spanner resource is not accessible",
		"customer-managed encryption key required by the requested resource is not accessible",
	}
}

func inaccessible(text string) bool {
	return slices.ContainsFunc(inaccessibleTexts(), func(part string) bool { return strings.Contains(text, part) })
}

// KeyInaccessible reports whether a service refused a call because it can't use a key, without a word on the reason.
func KeyInaccessible(err error) bool { return err != nil && inaccessible(err.Error()) }

// IsNotFound reports whether a service answered that the resource does not exist.
func IsNotFound(err error) bool { return err != nil && Code(err) == cmekpipe.NotFound }

// SpannerCommitTooLarge reports whether Spanner refused a commit for having too many values or bytes, so that a part of
// it may pass. Source: https://docs.cloud.google.com/spanner/quotas.
func SpannerCommitTooLarge(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.InvalidArgument &&
		(strings.Contains(s.Message(), "too many mutations") || strings.Contains(s.Message(), "exceeds the commit size limit"))
}

// Exhausted reports whether a service has had too many calls for now. Its clients don't always try such a call again.
func Exhausted(err error) bool { return status.Code(err) == codes.ResourceExhausted }
