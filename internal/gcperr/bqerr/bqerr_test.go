package bqerr_test

import (
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr/bqerr"
)

func TestQueryErrorsQuoteNothingOfTheQuery(t *testing.T) {
	const secret = "'4711-0815'"
	broken := errors.New("read: connection reset by peer")
	for _, tc := range []struct {
		name, text string
		err        error
		want       cmekpipe.Code
	}{
		{"refused call", `reason "invalidQuery" at [1:8]`, &googleapi.Error{Code: 400, Message: "Unrecognized name: " + secret + " at [1:8]",
			Errors: []googleapi.ErrorItem{{Reason: "invalidQuery", Message: secret}}}, cmekpipe.InvalidOptions},
		{"refused call without a reason", `reason "status 400"`, &googleapi.Error{Code: 400, Message: secret, Body: secret}, cmekpipe.InvalidOptions},
		{"failed job", `reason "invalidQuery"`, &bigquery.Error{Reason: "invalidQuery", Message: "Bad value " + secret}, cmekpipe.InvalidOptions},
		{"failed job, key disabled", `reason "invalid"`, &bigquery.Error{Reason: "invalid", Message: "Cloud KMS Error: v is not enabled, current state is: DISABLED."}, cmekpipe.KeyDisabled},
		{"failed job, table missing", `reason "notFound"`, &bigquery.Error{Reason: "notFound", Message: secret}, cmekpipe.NotFound},
		{"failed job, denied", `reason "accessDenied"`, &bigquery.Error{Reason: "accessDenied", Message: secret}, cmekpipe.PermissionDenied},
		{"broken connection", "connection reset", broken, cmekpipe.Unavailable},
	} {
		code, err := bqerr.Query(tc.err)
		if code != tc.want || !strings.Contains(err.Error(), tc.text) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v, %q, want %v, %q", tc.name, code, err, tc.want, tc.text)
		}
	}
}

func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		reason    string
		code      cmekpipe.Code
		transient bool
	}{
		{"accessDenied", cmekpipe.PermissionDenied, false},
		{"notFound", cmekpipe.NotFound, false},
		{"duplicate", cmekpipe.AlreadyExists, false},
		{"invalid", cmekpipe.InvalidOptions, false},
		{"invalidQuery", cmekpipe.InvalidOptions, false},
		{"backendError", cmekpipe.Unavailable, true},
		{"internalError", cmekpipe.Unavailable, true},
		{"jobBackendError", cmekpipe.Unavailable, true},
		{"jobInternalError", cmekpipe.Unavailable, true},
		{"jobRateLimitExceeded", cmekpipe.Unavailable, true},
		{"rateLimitExceeded", cmekpipe.Unavailable, true},
		{"tableUnavailable", cmekpipe.Unavailable, true},
		{"timeout", cmekpipe.Unavailable, true},
		{"stopped", cmekpipe.Unavailable, false},
		{"quotaExceeded", cmekpipe.Unavailable, false},
		{"", cmekpipe.Unavailable, false},
	} {
		if got := bqerr.ReasonCode(tt.reason); got != tt.code {
			t.Errorf("reason %q: got code %q, want %q", tt.reason, got, tt.code)
		}
		if got := bqerr.ReasonTransient(tt.reason); got != tt.transient {
			t.Errorf("reason %q: got transient %v, want %v", tt.reason, got, tt.transient)
		}
	}
}
