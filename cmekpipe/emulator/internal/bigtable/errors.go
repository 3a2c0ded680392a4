package bigtable

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

func alreadyExists(format string, args ...any) error {
	return status.Errorf(codes.AlreadyExists, format, args...)
}

func unimplemented(format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, "the loopback Bigtable has no "+format, args...)
}

// inaccessible is the answer where a key can't be used, whatever the reason. Google documents the code and no text.
// Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func inaccessible() error {
	return precondition("The key of a cluster can't be used.")
}
