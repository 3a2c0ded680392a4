package service

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
}

// Error returns the message.
func (e *APIError) Error() string { return e.Message }

// BadRequest is a refusal of a malformed call.
func BadRequest(message string) error {
	return &APIError{http.StatusBadRequest, "badRequest", "INVALID_ARGUMENT", message}
}

// FailedPrecondition is a refusal of a call that the state of things doesn't allow.
func FailedPrecondition(message string) error {
	return &APIError{http.StatusBadRequest, "failedPrecondition", "FAILED_PRECONDITION", message}
}

// NotFound is a refusal of a call about something that isn't there.
func NotFound(message string) error {
	return &APIError{http.StatusNotFound, "notFound", "NOT_FOUND", message}
}

// AlreadyExists is a refusal of a name that is taken.
func AlreadyExists(message string) error {
	return &APIError{http.StatusConflict, "alreadyExists", "ALREADY_EXISTS", message}
}

// Forbidden is a refusal for want of a permission.
func Forbidden(message string) error {
	return &APIError{http.StatusForbidden, "forbidden", "PERMISSION_DENIED", message}
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
		e = &APIError{http.StatusInternalServerError, "backendError", "INTERNAL", err.Error()}
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
	}
	WriteJSON(w, e.Status, map[string]body{
		"error": {e.Status, e.Message, []item{{e.Message, "global", e.Reason}}, e.Code},
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
