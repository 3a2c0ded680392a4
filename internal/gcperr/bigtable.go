package gcperr

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// BigtableKeyMayBe reports whether a failure of Bigtable may come from a key that cannot be used: Google documents two codes
// for that, and no message. Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func BigtableKeyMayBe(err error) bool {
	s, ok := status.FromError(err)
	return ok && (s.Code() == codes.FailedPrecondition || s.Code() == codes.NotFound)
}
