package core

import (
	"encoding/json"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// StatusError returns an error with a gRPC code as an API over HTTP answers it.
func StatusError(err error) *APIError {
	s := status.Convert(err)
	e := &APIError{Status: Fault{Code: s.Code()}.httpStatus(), Code: code.Code(s.Code()).String(), Message: s.Message(), Reason: reasonOf(s.Code())}
	for _, d := range s.Proto().GetDetails() {
		if text, err := protojson.Marshal(d); err == nil {
			e.Details = append(e.Details, json.RawMessage(text))
		}
	}
	return e
}

// gateError returns the error of a call that the gate refuses, as the front end of Google's APIs answers it.
func gateError(err error) *APIError {
	e := StatusError(err)
	if e.Status == http.StatusForbidden {
		e.Reason = "accessNotConfigured"
	}
	return e
}

// reasonOf returns the reason that Google's APIs over HTTP answer with a code.
func reasonOf(c codes.Code) string {
	switch c {
	case codes.InvalidArgument:
		return "badRequest"
	case codes.FailedPrecondition:
		return "failedPrecondition"
	case codes.NotFound:
		return "notFound"
	case codes.AlreadyExists:
		return "alreadyExists"
	case codes.Aborted:
		return "aborted"
	case codes.PermissionDenied:
		return "forbidden"
	case codes.Unimplemented:
		return "notImplemented"
	}
	return "backendError"
}
