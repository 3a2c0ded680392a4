// Package gcperr turns the errors of Google's clients into this module's. It is the only place that knows status
// codes, reasons and message texts of Google's services.
package gcperr

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

// Wrap returns err as a [*cmekpipe.Error] of operation op on a resource that key protects or should protect. A nil
// error, an error of a context and an error that is one already come back as they are.
func Wrap(op, resource string, key cmekpipe.KeyName, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return err
	}
	return New(Code(err), op, resource, key, err)
}

// Code says what kind of failure an error of Google's clients is.
func Code(err error) cmekpipe.Code {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return httpCode(e)
	}
	if errors.Is(err, storage.ErrBucketNotExist) || errors.Is(err, storage.ErrObjectNotExist) {
		return cmekpipe.NotFound
	}
	if e, ok := errors.AsType[*apierror.APIError](err); ok && e.GRPCStatus() != nil {
		return grpcCode(e.GRPCStatus())
	}
	if s, ok := status.FromError(err); ok {
		return grpcCode(s)
	}
	if explain.IsNoCredentials(err.Error()) {
		return cmekpipe.NoCredentials
	}
	return cmekpipe.Unavailable
}

// httpCode looks at the reasons first, because Cloud Storage answers most faults of a key with status 400.
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
		case "orgPolicyConstraintFailed":
			return cmekpipe.PreconditionFailed
		}
	}
	if code := textCode(e.Message + " " + e.Body); code != "" {
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
		if cut(e.Body) { // why is lost: a key that is off looks like a request that makes no sense
			return cmekpipe.Unavailable
		}
		return cmekpipe.InvalidOptions
	}
	return cmekpipe.Unavailable
}

// cut reports whether an answer began as JSON and did not arrive whole.
func cut(body string) bool {
	return strings.HasPrefix(strings.TrimSpace(body), "{") && !json.Valid([]byte(body))
}

// textCode reads the texts that services pass on from Cloud KMS, and BigQuery's own.
func textCode(text string) cmekpipe.Code {
	if fault, ok := explain.FindKeyFault(text); ok {
		return fault.Code
	}
	return bigQueryCode(text)
}

// TextCode says what a message of a service, such as a Dataflow job message, tells of the job's key; "" when it tells
// nothing.
func TextCode(message string) cmekpipe.Code { return textCode(message) }

func grpcCode(s *status.Status) cmekpipe.Code {
	if code := textCode(s.Message()); code != "" {
		return code
	}
	switch s.Code() {
	case codes.PermissionDenied, codes.Unauthenticated:
		return cmekpipe.PermissionDenied
	case codes.NotFound:
		return cmekpipe.NotFound
	case codes.AlreadyExists:
		return cmekpipe.AlreadyExists
	case codes.FailedPrecondition, codes.Aborted:
		return cmekpipe.PreconditionFailed
	case codes.InvalidArgument, codes.OutOfRange:
		return cmekpipe.InvalidOptions
	}
	return cmekpipe.Unavailable
}
