package core

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// APIError is a refusal as Google's APIs over HTTP word it.
type APIError struct {
	Status  int
	Reason  string // "alreadyExists", as in errors[].reason
	Code    string // "ALREADY_EXISTS", the name of the gRPC code
	Message string
	Details []any // messages with their "@type", if the API gives any
}

// Error returns the message.
func (e *APIError) Error() string { return e.Message }

// BadRequest is a refusal of a malformed call.
func BadRequest(message string) error {
	return &APIError{Status: http.StatusBadRequest, Reason: "badRequest", Code: "INVALID_ARGUMENT", Message: message}
}

// FailedPrecondition is a refusal of a call that the state of things doesn't allow.
func FailedPrecondition(message string) error {
	return &APIError{Status: http.StatusBadRequest, Reason: "failedPrecondition", Code: "FAILED_PRECONDITION", Message: message}
}

// NotFound is a refusal of a call about something that isn't there.
func NotFound(message string) error {
	return &APIError{Status: http.StatusNotFound, Reason: "notFound", Code: "NOT_FOUND", Message: message}
}

// AlreadyExists is a refusal of a name that is taken.
func AlreadyExists(message string) error {
	return &APIError{Status: http.StatusConflict, Reason: "alreadyExists", Code: "ALREADY_EXISTS", Message: message}
}

// Forbidden is a refusal for want of a permission.
func Forbidden(message string) error {
	return &APIError{Status: http.StatusForbidden, Reason: "forbidden", Code: "PERMISSION_DENIED", Message: message}
}

// FailStatus answers with a status that a test asked for.
func FailStatus(w http.ResponseWriter, status int) {
	e := &APIError{Status: status, Reason: "backendError", Code: "UNKNOWN"}
	switch status {
	case http.StatusBadRequest:
		e.Reason, e.Code = "badRequest", "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		e.Reason, e.Code = "authError", "UNAUTHENTICATED"
	case http.StatusForbidden:
		e.Reason, e.Code = "forbidden", "PERMISSION_DENIED"
	case http.StatusNotFound:
		e.Reason, e.Code = "notFound", "NOT_FOUND"
	case http.StatusConflict:
		e.Reason, e.Code = "alreadyExists", "ALREADY_EXISTS"
	case http.StatusTooManyRequests:
		e.Reason, e.Code = "rateLimitExceeded", "RESOURCE_EXHAUSTED"
	case http.StatusInternalServerError:
		e.Code = "INTERNAL"
	case http.StatusServiceUnavailable:
		e.Code = "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		e.Code = "DEADLINE_EXCEEDED"
	}
	e.Message = "the loopback cloud was told to answer this call with status " + strconv.Itoa(status)
	WriteError(w, e)
}

// WriteError answers with a refusal; an error that is no [*APIError] becomes an internal one.
func WriteError(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*APIError](err)
	if !ok {
		e = &APIError{Status: http.StatusInternalServerError, Reason: "backendError", Code: "INTERNAL", Message: err.Error()}
	}
	type item struct {
		Message string `json:"message"`
		Domain  string `json:"domain"`
		Reason  string `json:"reason"`
	}
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Errors  []item `json:"errors"`
		Status  string `json:"status"`
		Details []any  `json:"details,omitempty"`
	}
	WriteJSON(w, e.Status, map[string]body{
		"error": {e.Status, e.Message, []item{{e.Message, "global", e.Reason}}, e.Code, e.Details},
	})
}

// WriteJSON answers with a value that can be marshalled.
func WriteJSON(w http.ResponseWriter, status int, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away wants no answer
}
