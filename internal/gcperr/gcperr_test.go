package gcperr_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

func reason(status int, reason, message string) error {
	return &googleapi.Error{Code: status, Message: message, Errors: []googleapi.ErrorItem{{Reason: reason, Message: message}}}
}

const deniedText = "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key."

func TestCode(t *testing.T) {
	for _, tc := range []struct {
		name string
		err  error
		want cmekpipe.Code
	}{
		{"no error", nil, ""},
		{"disabled", reason(400, "cloudKmsDisabledKey", "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed."), cmekpipe.KeyDisabled},
		{"disabled by reason alone", reason(400, "cloudKmsDisabledKey", "x"), cmekpipe.KeyDisabled},
		{"encryption key not found", reason(400, "cloudKmsEncryptionKeyNotFound", "x"), cmekpipe.KeyNotFound},
		{"decryption key not found", reason(400, "cloudKmsDecryptionKeyNotFound", "x"), cmekpipe.KeyNotFound},
		{"location", reason(400, "cloudKmsKeyLocationNotAllowed", "x"), cmekpipe.LocationMismatch},
		{"bad key", reason(400, "cloudKmsBadKey", "Bad Cloud KMS key."), cmekpipe.KeyUnusable},
		{"organization policy", reason(412, "orgPolicyConstraintFailed", "x"), cmekpipe.PreconditionFailed},
		{"refused, and why is lost", &googleapi.Error{Code: 400, Body: `{"error":{"code":400,"mess`}, cmekpipe.Unavailable},
		{"refused in words", &googleapi.Error{Code: 400, Body: "Bad Request"}, cmekpipe.InvalidOptions},
		{"refused in JSON", &googleapi.Error{Code: 400, Body: `{"error":{"code":400}}`}, cmekpipe.InvalidOptions},
		{"denied by text, status 403", &googleapi.Error{Code: 403, Message: deniedText}, cmekpipe.KeyDenied},
		{"denied in a body that was not parsed", &googleapi.Error{Code: 403, Body: deniedText}, cmekpipe.KeyDenied},
		{"read under a disabled version", &googleapi.Error{Code: 400, Body: "… is not enabled, current state is: DISABLED"}, cmekpipe.KeyDisabled},
		{"denied without a word about keys", &googleapi.Error{Code: 403, Message: "no"}, cmekpipe.PermissionDenied},
		{"not signed in", &googleapi.Error{Code: 401}, cmekpipe.PermissionDenied},
		{"missing", &googleapi.Error{Code: 404}, cmekpipe.NotFound},
		{"object missing", fmt.Errorf("%w: %w", storage.ErrObjectNotExist, &googleapi.Error{Code: 404}), cmekpipe.NotFound},
		{"taken", &googleapi.Error{Code: 409}, cmekpipe.AlreadyExists},
		{"changed meanwhile", &googleapi.Error{Code: 412}, cmekpipe.PreconditionFailed},
		{"malformed", &googleapi.Error{Code: 400}, cmekpipe.InvalidOptions},
		{"too many", &googleapi.Error{Code: 429}, cmekpipe.Unavailable},
		{"broken", &googleapi.Error{Code: 503}, cmekpipe.Unavailable},
		{"slow", &googleapi.Error{Code: 408}, cmekpipe.Unavailable},
		{"never served", &googleapi.Error{Code: 501}, cmekpipe.Unsupported},
		{"wrong method", &googleapi.Error{Code: 405}, cmekpipe.Unsupported},
		{"gone", &googleapi.Error{Code: 410}, cmekpipe.NotFound},
		{"too large", &googleapi.Error{Code: 413}, cmekpipe.InvalidOptions},
		{"too fast, as 403", reason(403, "rateLimitExceeded", "x"), cmekpipe.Unavailable},
		{"quota, as 403", reason(403, "quotaExceeded", "x"), cmekpipe.Unavailable},
		{"perimeter", &googleapi.Error{Code: 403, Message: "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc123"}, cmekpipe.PermissionDenied},
		{"API off", &googleapi.Error{Code: 403, Message: "Dataflow API has not been used in project 123 before or it is disabled."}, cmekpipe.PreconditionFailed},
		{"billing off", reason(403, "accountDisabled", "The billing account for the owning project is disabled in state absent"), cmekpipe.PreconditionFailed},
		{"token refused", errors.New("oauth2: cannot fetch token: 401 Unauthorized"), cmekpipe.NoCredentials},
		{"token server busy", errors.New("oauth2: cannot fetch token: 503"), cmekpipe.Unavailable},
		{"grpc token refused", status.Error(codes.Unauthenticated, "transport: per-RPC creds failed: auth: cannot fetch token: 400"), cmekpipe.NoCredentials},
		{"grpc aborted", status.Error(codes.Aborted, "no"), cmekpipe.Unavailable},
		{"grpc never served", status.Error(codes.Unimplemented, "no"), cmekpipe.Unsupported},
		{"connection reset", errors.New("read: connection reset by peer"), cmekpipe.Unavailable},
		{"grpc denied on a key", status.Error(codes.PermissionDenied, "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource 'projects/p' (or it may not exist)."), cmekpipe.KeyDenied},
		{"grpc disabled", status.Error(codes.FailedPrecondition, "v is not enabled, current state is: DESTROY_SCHEDULED."), cmekpipe.KeyDisabled},
		{"grpc denied", status.Error(codes.PermissionDenied, "no"), cmekpipe.PermissionDenied},
		{"grpc missing", status.Error(codes.NotFound, "no"), cmekpipe.NotFound},
		{"grpc taken", status.Error(codes.AlreadyExists, "no"), cmekpipe.AlreadyExists},
		{"grpc precondition", status.Error(codes.FailedPrecondition, "no"), cmekpipe.PreconditionFailed},
		{"grpc malformed", status.Error(codes.InvalidArgument, "no"), cmekpipe.InvalidOptions},
		{"grpc unavailable", status.Error(codes.Unavailable, "no"), cmekpipe.Unavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := gcperr.Code(tc.err); got != tc.want {
				t.Errorf("Code(%v): got %q, want %q", tc.err, got, tc.want)
			}
		})
	}
}

func TestTextCodeTellsDataflowsMessagesApart(t *testing.T) {
	const prefix = "Workflow failed. Causes: Cloud KMS key "
	const key = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k"
	for _, tc := range []struct {
		message string
		want    cmekpipe.Code
	}{
		{prefix + key + " cannot be validated.", cmekpipe.KeyUnusable},
		{prefix + "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '" + key + "' (or it may not exist). cannot be validated.", cmekpipe.KeyDenied},
		{prefix + key + " can't protect resources for this job. Make sure the region of the KMS key matches the Dataflow region.", cmekpipe.LocationMismatch},
		{"Cloud KMS key can't protect resources for this job. Please make sure the KMS key's region matches the Dataflow region", cmekpipe.LocationMismatch},
		{"Workflow failed", ""},
		{"Worker pool started.", ""},
	} {
		if got := gcperr.TextCode(tc.message); got != tc.want {
			t.Errorf("TextCode(%q): got %q, want %q", tc.message, got, tc.want)
		}
	}
}

func TestWrapNamesOperationResourceAndRemedy(t *testing.T) {
	key, err := cmekpipe.ParseKeyName("projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/k")
	if err != nil {
		t.Fatal(err)
	}
	cause := reason(400, "cloudKmsDisabledKey", "Cloud KMS key is disabled, destroyed, or scheduled to be destroyed.")
	got, ok := errors.AsType[*cmekpipe.Error](gcperr.Wrap("textio.Write", "gs://bank-out/a", key, cause))
	if !ok || got.Op != "textio.Write" || got.Resource != "gs://bank-out/a" || got.Code != cmekpipe.KeyDisabled {
		t.Errorf("got %#v, want operation, resource and code", got)
	}
	if !strings.Contains(got.Hint, key.String()) {
		t.Errorf("got hint %q, want it to name the key", got.Hint)
	}
	if !errors.Is(got, cause) {
		t.Error("got an error without its cause")
	}
}

func TestWrapLeavesAlone(t *testing.T) {
	own := &cmekpipe.Error{Op: "first", Code: cmekpipe.KeyMismatch}
	for _, err := range []error{nil, context.Canceled, context.DeadlineExceeded, fmt.Errorf("upload: %w", context.Canceled), own, fmt.Errorf("again: %w", own)} {
		if got := gcperr.Wrap("op", "resource", cmekpipe.KeyName{}, err); got != err {
			t.Errorf("Wrap(%v): got %v, want it unchanged", err, got)
		}
	}
}

func TestEveryCodeThatWrapGivesHasAHint(t *testing.T) {
	for _, status := range []int{401, 403, 404, 412, 429, 500, 503} {
		e, _ := errors.AsType[*cmekpipe.Error](gcperr.Wrap("op", "gs://b/o", cmekpipe.KeyName{}, &googleapi.Error{Code: status}))
		if e.Hint == "" {
			t.Errorf("status %d: got no hint, code %q", status, e.Code)
		}
	}
}

func TestCodeOfACredentialsFileThatCannotBeRead(t *testing.T) {
	const missing = "/nonexistent/credentials.json"
	_, cause := os.Open(missing)
	err := fmt.Errorf("dialing: %w", cause)
	if got := gcperr.Code(err); got != cmekpipe.Unavailable {
		t.Errorf("any file: got %v, want %v", got, cmekpipe.Unavailable)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", missing)
	if got := gcperr.Code(err); got != cmekpipe.NoCredentials {
		t.Errorf("the file of the variable: got %v, want %v", got, cmekpipe.NoCredentials)
	}
	if got := gcperr.Code(errors.New(`dialing: credentials: unsupported filetype "nonsense"`)); got != cmekpipe.NoCredentials {
		t.Errorf("a file of no known type: got %v, want %v", got, cmekpipe.NoCredentials)
	}
}
