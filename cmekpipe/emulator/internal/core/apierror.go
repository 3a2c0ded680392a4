package core

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// APIError is the error of an API over HTTP, in the form of Google's APIs.
type APIError struct {
	Status  int
	Reason  string // "alreadyExists", as in errors[].reason
	Code    string // "ALREADY_EXISTS", the name of the gRPC code; "" for APIs without one
	Message string
	Details []any // messages with their "@type", if the API has any
}

// Refusal returns an error without the name of a gRPC code, as of Cloud Storage and BigQuery.
func Refusal(status int, reason, message string) *APIError {
	return &APIError{Status: status, Reason: reason, Message: message}
}

// Error returns the message.
func (e *APIError) Error() string { return e.Message }

// BadRequest refuses a malformed call.
func BadRequest(message string) error {
	return &APIError{Status: http.StatusBadRequest, Reason: "badRequest", Code: "INVALID_ARGUMENT", Message: message}
}

// FailedPrecondition refuses a call that the state of the resource doesn't allow.
func FailedPrecondition(message string) error {
	return &APIError{Status: http.StatusBadRequest, Reason: "failedPrecondition", Code: "FAILED_PRECONDITION", Message: message}
}

// NotFound refuses a call about a resource that doesn't exist.
func NotFound(message string) error {
	return &APIError{Status: http.StatusNotFound, Reason: "notFound", Code: "NOT_FOUND", Message: message}
}

// AlreadyExists refuses a name in use.
func AlreadyExists(message string) error {
	return &APIError{Status: http.StatusConflict, Reason: "alreadyExists", Code: "ALREADY_EXISTS", Message: message}
}

// Forbidden refuses a call without the required permission.
func Forbidden(message string) error {
	return &APIError{Status: http.StatusForbidden, Reason: "forbidden", Code: "PERMISSION_DENIED", Message: message}
}

// NotImplemented refuses what an API of the loopback cloud doesn't do: with a status that a client can't take for the
// absence of a resource.
func NotImplemented(message string) *APIError {
	return &APIError{Status: http.StatusNotImplemented, Reason: "notImplemented", Code: "UNIMPLEMENTED", Message: message}
}

// Unserved refuses a call that an API of the loopback cloud doesn't serve, see [NotImplemented]. Name is the call's
// name; empty means its verb and path. Some of Google's clients retry every status from 500 on without an end. They number
// their attempts, and their second one gets status 400.
func Unserved(title, name string, r *http.Request) *APIError {
	if name == "" {
		name = r.Method + " " + r.URL.Path
	}
	e := NotImplemented("The loopback " + title + " has no method " + name)
	const attempt = "gccl-attempt-count/"
	if _, n, found := strings.Cut(r.Header.Get("X-Goog-Api-Client"), attempt); found && !strings.HasPrefix(n+" ", "1 ") {
		e.Status = http.StatusBadRequest
	}
	return e
}

// FailStatus answers with an injected status.
func FailStatus(w http.ResponseWriter, status int) {
	e := InjectedError(status, nil)
	e.Code = cmp.Or(codeNames()[status], "UNKNOWN")
	WriteError(w, e)
}

// InjectedError returns the error for an injected status. Reasons are those of an API that differ from the common ones.
func InjectedError(status int, reasons map[int]string) *APIError {
	e := Refusal(status, "backendError", "the test injected status "+strconv.Itoa(status)+" for this call")
	common := map[int]string{
		http.StatusBadRequest: "badRequest", http.StatusUnauthorized: "authError", http.StatusForbidden: "forbidden",
		http.StatusNotFound: "notFound", http.StatusConflict: "alreadyExists", http.StatusTooManyRequests: "rateLimitExceeded",
	}
	for _, words := range []map[int]string{common, reasons} {
		if reason, ok := words[status]; ok {
			e.Reason = reason
		}
	}
	return e
}

// codeNames returns the names of the gRPC codes of HTTP statuses.
func codeNames() map[int]string {
	return map[int]string{
		http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusUnauthorized: "UNAUTHENTICATED",
		http.StatusForbidden: "PERMISSION_DENIED", http.StatusNotFound: "NOT_FOUND", http.StatusConflict: "ALREADY_EXISTS",
		http.StatusTooManyRequests: "RESOURCE_EXHAUSTED", http.StatusInternalServerError: "INTERNAL",
		http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusGatewayTimeout: "DEADLINE_EXCEEDED",
	}
}

// WriteError writes an error; one that is no [*APIError] becomes an internal error.
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
		Status  string `json:"status,omitempty"`
		Details []any  `json:"details,omitempty"`
	}
	WriteJSON(w, e.Status, map[string]body{
		"error": {e.Status, e.Message, []item{{e.Message, "global", e.Reason}}, e.Code, e.Details},
	})
}

// WriteJSON writes a value as JSON, or a [json.RawMessage] unchanged.
func WriteJSON(w http.ResponseWriter, status int, answer any) {
	text, ok := answer.(json.RawMessage)
	if !ok {
		var err error
		if text, err = json.Marshal(answer); err != nil {
			panic("emulator: " + err.Error())
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may have disconnected
}
