package gcperr

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Passes reports whether a failed call of BigQuery may succeed when it is made again. So may one whose context ended, as
// each attempt has a context of its own; the caller's context is for the caller to look at.
func Transient(err error) bool {
	if _, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return false // found by this module, not by a service
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return passesHTTP(e)
	}
	if _, ok := errors.AsType[net.Error](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	s, ok := status.FromError(err)
	if !ok {
		return true // neither service answered: the connection broke
	}
	switch s.Code() {
	case codes.Unavailable, codes.ResourceExhausted, codes.Aborted, codes.Internal, codes.DeadlineExceeded,
		codes.Unknown, codes.Canceled:
		return true
	}
	return false
}

func passesHTTP(e *googleapi.Error) bool {
	for _, item := range e.Errors {
		switch item.Reason {
		case "backendError", "internalError", "rateLimitExceeded", "jobRateLimitExceeded":
			return true
		}
	}
	return e.Code == http.StatusTooManyRequests || e.Code >= http.StatusInternalServerError
}
