package dataflow

import (
	"errors"
	"net/http"
	"strconv"
)

// apiError is a refusal as Google's APIs over HTTP word it.
type apiError struct {
	status  int
	reason  string // "alreadyExists", as in errors[].reason
	code    string // "ALREADY_EXISTS", the name of the gRPC code
	message string
}

func (e *apiError) Error() string { return e.message }

func badRequest(message string) error {
	return &apiError{http.StatusBadRequest, "badRequest", "INVALID_ARGUMENT", message}
}

func failedPrecondition(message string) error {
	return &apiError{http.StatusBadRequest, "failedPrecondition", "FAILED_PRECONDITION", message}
}

func notFound(message string) error {
	return &apiError{http.StatusNotFound, "notFound", "NOT_FOUND", message}
}

func alreadyExists(message string) error {
	return &apiError{http.StatusConflict, "alreadyExists", "ALREADY_EXISTS", message}
}

// failStatus answers with a status that a test asked for.
func failStatus(w http.ResponseWriter, status int) {
	e := &apiError{status: status, reason: "backendError", code: "UNKNOWN"}
	switch status {
	case http.StatusBadRequest:
		e.reason, e.code = "badRequest", "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		e.reason, e.code = "authError", "UNAUTHENTICATED"
	case http.StatusForbidden:
		e.reason, e.code = "forbidden", "PERMISSION_DENIED"
	case http.StatusNotFound:
		e.reason, e.code = "notFound", "NOT_FOUND"
	case http.StatusConflict:
		e.reason, e.code = "alreadyExists", "ALREADY_EXISTS"
	case http.StatusTooManyRequests:
		e.reason, e.code = "rateLimitExceeded", "RESOURCE_EXHAUSTED"
	case http.StatusInternalServerError:
		e.code = "INTERNAL"
	case http.StatusServiceUnavailable:
		e.code = "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		e.code = "DEADLINE_EXCEEDED"
	}
	e.message = "the loopback cloud was told to answer this call with status " + strconv.Itoa(status)
	writeError(w, e)
}

func writeError(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = &apiError{http.StatusInternalServerError, "backendError", "INTERNAL", err.Error()}
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
	writeJSON(w, e.status, map[string]body{
		"error": {e.status, e.message, []item{{e.message, "global", e.reason}}, e.code},
	})
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	text := marshal(answer)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away wants no answer
}
