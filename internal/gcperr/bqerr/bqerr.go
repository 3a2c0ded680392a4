// Package bqerr reads the errors of BigQuery's own types: those of jobs, rows and write streams. Package gcperr reads what
// BigQuery's errors have in common with other services', and links no client.
package bqerr

import (
	"errors"
	"fmt"
	"regexp"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// queryPosition finds the line and column that BigQuery's messages name.
var queryPosition = regexp.MustCompile(`\[\d+:\d+\]`)

// Query returns the code of an error of a query and an error that quotes nothing of the query, which BigQuery's message
// may do: it has the reason, and the line and column if the message names them. Other errors, such as a broken connection,
// are returned as they are.
func Query(err error) (cmekpipe.Code, error) {
	reason, message := "", ""
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		reason, message = fmt.Sprintf("status %d", e.Code), e.Message
		if len(e.Errors) > 0 {
			reason = e.Errors[0].Reason
		}
	} else if e, ok := errors.AsType[*bigquery.Error](err); ok {
		reason, message = e.Reason, e.Message
	} else {
		return gcperr.Code(err), err
	}
	at := queryPosition.FindString(message)
	if at != "" {
		at = " at " + at
	}
	return queryCode(reason, err), fmt.Errorf("BigQuery refused the query with reason %q%s", reason, at)
}

// queryCode returns the code of an error of a query. A job's error has a reason and no status.
func queryCode(reason string, err error) cmekpipe.Code {
	e, ok := errors.AsType[*bigquery.Error](err)
	if !ok {
		return gcperr.Code(err)
	}
	if code := gcperr.TextCode(e.Message); code != "" {
		return code
	}
	switch reason {
	case "resourcesExceeded", "responseTooLarge", "billingTierLimitExceeded":
		return cmekpipe.InvalidOptions
	}
	return ReasonCode(reason)
}

// ReasonCode returns the code for the reason of a failed job or a refused row.
// Source: https://docs.cloud.google.com/bigquery/docs/error-messages.
func ReasonCode(reason string) cmekpipe.Code {
	switch reason {
	case "accessDenied":
		return cmekpipe.PermissionDenied
	case "notFound":
		return cmekpipe.NotFound
	case "duplicate":
		return cmekpipe.AlreadyExists
	case "invalid", "invalidQuery":
		return cmekpipe.InvalidOptions
	}
	return cmekpipe.Unavailable
}

// JobCode returns the code of a failed job. Its message names faults of keys, which its reason does not.
func JobCode(e *bigquery.Error) cmekpipe.Code {
	if code := gcperr.TextCode(e.Message); code != "" {
		return code
	}
	return ReasonCode(e.Reason)
}

// ReasonTransient reports whether a new job may succeed where one failed for a reason.
// Source: https://docs.cloud.google.com/bigquery/docs/error-messages.
func ReasonTransient(reason string) bool {
	switch reason {
	case "backendError", "internalError", "jobBackendError", "jobInternalError", "jobRateLimitExceeded",
		"rateLimitExceeded", "tableUnavailable", "timeout":
		return true
	}
	return false
}
