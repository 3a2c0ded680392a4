package gcperr

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// bigQueryCode reads those of BigQuery's texts that name no fault of a key.
// Source: https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
func bigQueryCode(text string) cmekpipe.Code {
	for _, known := range []struct {
		part string
		code cmekpipe.Code
	}{
		{"was not found in location", cmekpipe.LocationMismatch},
		{"cannot be set for scripts", cmekpipe.Unsupported},
		{"in jobs with DDL statements", cmekpipe.Unsupported},
		{"in jobs with DML statements", cmekpipe.Unsupported},
	} {
		if strings.Contains(text, known.part) {
			return known.code
		}
	}
	return ""
}

var queryPlace = regexp.MustCompile(`\[\d+:\d+\]`)

// QueryFault says what BigQuery finds wrong with a query without a word of the query, which BigQuery's message may
// quote: the reason, and the line and column if the message names them. Errors of others, such as a broken connection,
// come back as they are.
func QueryFault(err error) (cmekpipe.Code, error) {
	reason, message := "", ""
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		reason, message = fmt.Sprintf("status %d", e.Code), e.Message
		if len(e.Errors) > 0 {
			reason = e.Errors[0].Reason
		}
	} else if e, ok := errors.AsType[*bigquery.Error](err); ok {
		reason, message = e.Reason, e.Message
	} else {
		return Code(err), err
	}
	if place := queryPlace.FindString(message); place != "" {
		message = " at " + place
	} else {
		message = ""
	}
	return queryCode(reason, err), fmt.Errorf("BigQuery refused the query with reason %q%s", reason, message)
}

// queryCode looks at the reason of a job that failed, which has no status.
func queryCode(reason string, err error) cmekpipe.Code {
	e, ok := errors.AsType[*bigquery.Error](err)
	if !ok {
		return Code(err)
	}
	if code := textCode(e.Message); code != "" {
		return code
	}
	switch reason {
	case "resourcesExceeded", "responseTooLarge", "billingTierLimitExceeded":
		return cmekpipe.InvalidOptions
	}
	return BigQueryReasonCode(reason)
}

// BigQueryReasonCode says what kind of failure the reason of a job or of a row is.
// Source: https://docs.cloud.google.com/bigquery/docs/error-messages.
func BigQueryReasonCode(reason string) cmekpipe.Code {
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

// BigQueryJobCode says what kind of failure a job's is, whose text tells of keys more than its reason does.
func BigQueryJobCode(e *bigquery.Error) cmekpipe.Code {
	if code := textCode(e.Message); code != "" {
		return code
	}
	return BigQueryReasonCode(e.Reason)
}

// BigQueryReasonPasses reports whether another job may do what one failed to do for a reason.
// Source: https://docs.cloud.google.com/bigquery/docs/error-messages.
func BigQueryReasonTransient(reason string) bool {
	switch reason {
	case "backendError", "internalError", "jobBackendError", "jobInternalError", "jobRateLimitExceeded",
		"rateLimitExceeded", "tableUnavailable", "timeout":
		return true
	}
	return false
}
