package core

import (
	"net/http"

	"google.golang.org/grpc/codes"
)

// grpcCode returns the code that a fault answers with over gRPC; OK means none.
func (f Fault) grpcCode() codes.Code {
	if f.Code != codes.OK || f.Status == 0 {
		return f.Code
	}
	switch f.Status {
	case http.StatusBadRequest:
		return codes.InvalidArgument
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound:
		return codes.NotFound
	case http.StatusConflict:
		return codes.AlreadyExists
	case http.StatusPreconditionFailed:
		return codes.FailedPrecondition
	case http.StatusTooManyRequests:
		return codes.ResourceExhausted
	case statusClientClosedRequest:
		return codes.Canceled
	case http.StatusInternalServerError:
		return codes.Internal
	case http.StatusNotImplemented:
		return codes.Unimplemented
	case http.StatusServiceUnavailable:
		return codes.Unavailable
	case http.StatusGatewayTimeout:
		return codes.DeadlineExceeded
	}
	return codes.Unknown
}

// statusClientClosedRequest is the status of Google's APIs for a call that its client cancelled.
const statusClientClosedRequest = 499

// httpStatus returns the status that a fault answers with over HTTP; 0 means none. The pairs are those of
// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto.
func (f Fault) httpStatus() int {
	if f.Status != 0 {
		return f.Status
	}
	switch f.Code {
	case codes.OK:
		return 0
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		return http.StatusBadRequest
	case codes.Unauthenticated:
		return http.StatusUnauthorized
	case codes.PermissionDenied:
		return http.StatusForbidden
	case codes.NotFound:
		return http.StatusNotFound
	case codes.Aborted, codes.AlreadyExists:
		return http.StatusConflict
	case codes.ResourceExhausted:
		return http.StatusTooManyRequests
	case codes.Canceled:
		return statusClientClosedRequest
	case codes.Unimplemented:
		return http.StatusNotImplemented
	case codes.Unavailable:
		return http.StatusServiceUnavailable
	case codes.DeadlineExceeded:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}
