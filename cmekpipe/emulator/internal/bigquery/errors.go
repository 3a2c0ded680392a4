package bigquery

import (
	"errors"
	"net/http"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// refusal gives an error the status that goes with its reason. Source:
// https://docs.cloud.google.com/bigquery/docs/error-messages.
func refusal(err error) *core.APIError {
	if e, ok := errors.AsType[*core.APIError](err); ok {
		return e
	}
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return core.Refusal(http.StatusInternalServerError, store.Internal, err.Error())
	}
	return core.Refusal(statusOf(e.Reason), e.Reason, e.Message)
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

// injectedReasons are BigQuery's words for a status that a test injects.
func injectedReasons() map[int]string {
	return map[int]string{
		http.StatusBadRequest: store.Invalid, http.StatusForbidden: store.AccessDenied, http.StatusNotFound: store.NotFound,
		http.StatusConflict: store.Duplicate, http.StatusPreconditionFailed: store.PreCondition,
		http.StatusInternalServerError: store.Internal,
	}
}
