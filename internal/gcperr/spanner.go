package gcperr

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// inaccessible are the texts of services that tell that a key can't be used, and not whether it is disabled or denied.
// Sources: https://docs.cloud.google.com/spanner/docs/cmek and https://docs.cloud.google.com/firestore/native/docs/use-cmek.
func inaccessible(text string) bool {
	return strings.Contains(text, "KMS key required by the Spanner resource is not accessible") ||
		strings.Contains(text, "customer-managed encryption key required by the requested resource is not accessible")
}

// SpannerCommitTooLarge reports whether Spanner refused a commit for having too many values or bytes, so that a part of
// it may pass. Source: https://docs.cloud.google.com/spanner/quotas.
func SpannerCommitTooLarge(err error) bool {
	s, ok := status.FromError(err)
	return ok && s.Code() == codes.InvalidArgument &&
		(strings.Contains(s.Message(), "too many mutations") || strings.Contains(s.Message(), "exceeds the commit size limit"))
}
