// Package refuse makes the errors of the loopback APIs over gRPC: one function for each code that several of them answer.
package refuse

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// InvalidArgument refuses a malformed request.
func InvalidArgument(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

// NotFound refuses a request about a resource that does not exist.
func NotFound(format string, args ...any) error {
	return status.Errorf(codes.NotFound, format, args...)
}

// FailedPrecondition refuses a request that the state of a resource or key does not allow.
func FailedPrecondition(format string, args ...any) error {
	return status.Errorf(codes.FailedPrecondition, format, args...)
}

// AlreadyExists refuses a name that is taken.
func AlreadyExists(format string, args ...any) error {
	return status.Errorf(codes.AlreadyExists, format, args...)
}

// Unimplemented refuses what the loopback API lacks: it names the API and the missing thing.
func Unimplemented(api, format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, "the loopback "+api+" has no "+format, args...)
}
