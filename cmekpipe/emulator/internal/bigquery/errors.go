package bigquery

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// apiError is a refusal as BigQuery words it over HTTP.
type apiError struct {
	status  int
	reason  string
	message string
}

func (e *apiError) Error() string { return e.message }

// refusal gives an error the status that goes with its reason. Source:
// https://docs.cloud.google.com/bigquery/docs/error-messages.
func refusal(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return &apiError{http.StatusInternalServerError, store.Internal, err.Error()}
	}
	return &apiError{statusOf(e.Reason), e.Reason, e.Message}
}

func statusOf(reason string) int {
	switch reason {
	case store.NotFound:
		return http.StatusNotFound
	case store.Duplicate:
		return http.StatusConflict
	case store.AccessDenied:
		return http.StatusForbidden
	case store.PreCondition:
		return http.StatusPreconditionFailed
	case store.Unsupported:
		return http.StatusNotImplemented
	case store.Internal:
		return http.StatusInternalServerError
	case store.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// arranged words a status that a test asked for.
func arranged(status int) *apiError {
	e := &apiError{status, "backendError", "The loopback cloud was told to fail this call."}
	switch status {
	case http.StatusBadRequest:
		e.reason = store.Invalid
	case http.StatusUnauthorized:
		e.reason = "authError"
	case http.StatusForbidden:
		e.reason = store.AccessDenied
	case http.StatusNotFound:
		e.reason = store.NotFound
	case http.StatusConflict:
		e.reason = store.Duplicate
	case http.StatusPreconditionFailed:
		e.reason = store.PreCondition
	case http.StatusTooManyRequests:
		e.reason = "rateLimitExceeded"
	case http.StatusInternalServerError:
		e.reason = store.Internal
	}
	return e
}

func writeError(w http.ResponseWriter, e *apiError) {
	type item struct {
		Domain  string `json:"domain"`
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Errors  []item `json:"errors"`
	}
	writeJSON(w, e.status, map[string]body{"error": {e.status, e.message, []item{{"global", e.reason, e.message}}}})
}

// writeJSON answers with what is JSON already, or is made it.
func writeJSON(w http.ResponseWriter, status int, answer any) {
	text, ok := answer.(json.RawMessage)
	if !ok {
		var err error
		if text, err = json.Marshal(answer); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away wants no answer
}
