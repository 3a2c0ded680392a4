package gcperr

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// Code returns the code of an error of Google's clients, and Unavailable for one without a status: no service answered. It
// returns "" for nil.
func Code(err error) cmekpipe.Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return httpCode(e)
	}
	if explain.IsNoCredentials(err.Error()) || isCredentialsFile(err) { // also inside a gRPC status: the client made it, not the service
		return cmekpipe.NoCredentials
	}
	if e, ok := errors.AsType[*apierror.APIError](err); ok && e.GRPCStatus() != nil {
		return grpcCode(e.GRPCStatus())
	}
	if s, ok := status.FromError(err); ok {
		return grpcCode(s)
	}
	return cmekpipe.Unavailable
}

// isCredentialsFile reports whether the file of GOOGLE_APPLICATION_CREDENTIALS can't be read.
func isCredentialsFile(err error) bool {
	file, ok := errors.AsType[*fs.PathError](err)
	return ok && file.Path == os.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
}

// httpCode reads the reasons before the status: Cloud Storage answers most faults of a key with status 400.
// Source: https://docs.cloud.google.com/storage/docs/json_api/v1/status-codes.
func httpCode(e *googleapi.Error) cmekpipe.Code {
	for _, item := range e.Errors {
		switch item.Reason {
		case "cloudKmsDisabledKey":
			return cmekpipe.KeyDisabled
		case "cloudKmsEncryptionKeyNotFound", "cloudKmsDecryptionKeyNotFound":
			return cmekpipe.KeyNotFound
		case "cloudKmsKeyLocationNotAllowed":
			return cmekpipe.LocationMismatch
		case "cloudKmsBadKey", "cloudKmsCannotChangeKeyName":
			return cmekpipe.KeyUnusable
		case "orgPolicyConstraintFailed", "billingNotEnabled", "accountDisabled", "accessNotConfigured":
			return cmekpipe.PreconditionFailed
		case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded":
			return cmekpipe.Unavailable
		}
	}
	if code := TextCode(e.Message + " " + e.Body); code != "" {
		return code
	}
	switch e.Code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return cmekpipe.PermissionDenied
	case http.StatusNotFound:
		return cmekpipe.NotFound
	case http.StatusConflict:
		return cmekpipe.AlreadyExists
	case http.StatusPreconditionFailed:
		return cmekpipe.PreconditionFailed
	case http.StatusBadRequest:
		if truncated(e.Body) { // the reason is lost, and may have been a disabled key
			return cmekpipe.Unavailable
		}
		return cmekpipe.InvalidOptions
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return cmekpipe.Unsupported
	case http.StatusGone:
		return cmekpipe.NotFound
	case http.StatusRequestTimeout, http.StatusTooManyRequests, 499: // 499: the connection broke before the answer
		return cmekpipe.Unavailable
	}
	if e.Code >= 400 && e.Code < 500 {
		return cmekpipe.InvalidOptions // 413 and its kin: the same request never succeeds
	}
	return cmekpipe.Unavailable
}

// truncated reports whether the body of an answer begins as JSON and is not whole.
func truncated(body string) bool {
	return strings.HasPrefix(strings.TrimSpace(body), "{") && !json.Valid([]byte(body))
}

func grpcCode(s *status.Status) cmekpipe.Code {
	if code := TextCode(s.Message()); code != "" {
		return code
	}
	switch s.Code() {
	case codes.PermissionDenied, codes.Unauthenticated:
		return cmekpipe.PermissionDenied
	case codes.NotFound:
		return cmekpipe.NotFound
	case codes.AlreadyExists:
		return cmekpipe.AlreadyExists
	case codes.FailedPrecondition:
		return cmekpipe.PreconditionFailed
	case codes.InvalidArgument, codes.OutOfRange:
		return cmekpipe.InvalidOptions
	case codes.Unimplemented:
		return cmekpipe.Unsupported
	}
	return cmekpipe.Unavailable // Aborted too: the call met another one, and may succeed when it is made again
}
