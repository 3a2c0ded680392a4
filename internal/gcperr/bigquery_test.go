package gcperr_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func TestCodeReadsBigQuerysTexts(t *testing.T) {
	for _, tc := range []struct {
		message string
		want    cmekpipe.Code
	}{
		{"Please grant Cloud KMS CryptoKey Encrypter/Decrypter role", cmekpipe.KeyDenied},
		{"This region is not supported", cmekpipe.LocationMismatch},
		{"Not found: Dataset bank-prod:d was not found in location US", cmekpipe.LocationMismatch},
		{"Existing table encryption settings don't match encryption settings specified in the request", cmekpipe.KeyMismatch},
		{"Your administrator requires that you specify an encryption key for queries in project bank-prod.", cmekpipe.PreconditionFailed},
		{"Your administrator prevents using KMS keys from project k to protect resources in project p.", cmekpipe.PreconditionFailed},
		{"configuration.query.destinationEncryptionConfiguration cannot be set for scripts", cmekpipe.Unsupported},
		{"Cannot set destinationEncryptionConfiguration in jobs with DDL statements", cmekpipe.Unsupported},
		{"Not found: Dataset bank-prod:d", cmekpipe.NotFound},
	} {
		status := http.StatusNotFound
		if got := gcperr.Code(&googleapi.Error{Code: status, Message: tc.message}); got != tc.want {
			t.Errorf("%q: got %v, want %v", tc.message, got, tc.want)
		}
	}
}

func TestQueryFaultKeepsTheQueryToItself(t *testing.T) {
	const secret = "'4711-0815'"
	broken := errors.New("read: connection reset by peer")
	for _, tc := range []struct {
		name, text string
		err        error
		want       cmekpipe.Code
	}{
		{"refused call", `reason "invalidQuery" at [1:8]`, reason(400, "invalidQuery", "Unrecognized name: "+secret+" at [1:8]"), cmekpipe.InvalidOptions},
		{"refused call without a reason", `reason "status 400"`, &googleapi.Error{Code: 400, Message: secret, Body: secret}, cmekpipe.InvalidOptions},
		{"failed job", `reason "invalidQuery"`, &bigquery.Error{Reason: "invalidQuery", Message: "Bad value " + secret}, cmekpipe.InvalidOptions},
		{"failed job, key disabled", `reason "invalid"`, &bigquery.Error{Reason: "invalid", Message: "Cloud KMS Error: v is not enabled, current state is: DISABLED."}, cmekpipe.KeyDisabled},
		{"failed job, table missing", `reason "notFound"`, &bigquery.Error{Reason: "notFound", Message: secret}, cmekpipe.NotFound},
		{"failed job, denied", `reason "accessDenied"`, &bigquery.Error{Reason: "accessDenied", Message: secret}, cmekpipe.PermissionDenied},
		{"broken connection", "connection reset", broken, cmekpipe.Unavailable},
	} {
		code, err := gcperr.QueryFault(tc.err)
		if code != tc.want || !strings.Contains(err.Error(), tc.text) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v, %q, want %v, %q", tc.name, code, err, tc.want, tc.text)
		}
	}
}
