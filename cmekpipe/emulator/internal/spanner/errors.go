package spanner

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

func notFound(format string, args ...any) error {
	return status.Errorf(codes.NotFound, format, args...)
}

func precondition(format string, args ...any) error {
	return status.Errorf(codes.FailedPrecondition, format, args...)
}

func unimplemented(format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, "the loopback Spanner has no "+format, args...)
}

// inaccessible is Google's whole answer where a key can't be used, whatever the reason. Source:
// https://docs.cloud.google.com/spanner/docs/cmek.
func inaccessible() error {
	return precondition("KMS key required by the Spanner resource is not accessible.")
}
