// Package refuse returns the errors of the loopback APIs over gRPC, with one function for each code that several APIs
// use.
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

// AlreadyExists refuses a name in use.
func AlreadyExists(format string, args ...any) error {
	return status.Errorf(codes.AlreadyExists, format, args...)
}

// Unimplemented refuses a call that the loopback API does not serve. The error names the API and the missing feature.
func Unimplemented(api, format string, args ...any) error {
	return status.Errorf(codes.Unimplemented, "the loopback "+api+" has no "+format, args...)
}

// Aborted refuses a change of something that changed after the client read it.
func Aborted(format string, args ...any) error {
	return status.Errorf(codes.Aborted, format, args...)
}

// PermissionDenied refuses a caller without a permission.
func PermissionDenied(format string, args ...any) error {
	return status.Errorf(codes.PermissionDenied, format, args...)
}

// Violation refuses what an organization policy forbids. It returns nil if err is nil.
func Violation(err error) error {
	if err == nil {
		return nil
	}
	return status.Error(codes.FailedPrecondition, err.Error())
}
