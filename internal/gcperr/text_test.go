package gcperr_test

import (
	"net/http"
	"testing"

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
