package diagnose_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck/diagnose"
)

func TestWrapTellsWhyAKeyCannotBeUsed(t *testing.T) {
	const resource = "projects/p/instances/i/databases/d"
	inaccessible := status.Error(codes.FailedPrecondition, "KMS key required by the Spanner resource is not accessible.")
	for _, tt := range []struct {
		name  string
		spoil func(*cmektest.Cloud, cmekpipe.KeyName)
		err   error
		want  cmekpipe.Code
	}{
		{"denied", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DenyKey(k) }, inaccessible, cmekpipe.KeyDenied},
		{"disabled", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DisableKey(k) }, inaccessible, cmekpipe.KeyDisabled},
		{"scheduled", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DestroyKey(k) }, inaccessible, cmekpipe.KeyDisabled},
		{"an older version disabled", func(c *cmektest.Cloud, k cmekpipe.KeyName) {
			c.DisableKey(k)
			c.RotateKey(k)
		}, inaccessible, cmekpipe.KeyDisabled},
		{"unseen", func(c *cmektest.Cloud, k cmekpipe.KeyName) {
			c.Inject(emulator.Fault{Method: "kms.GetCryptoKey", Code: codes.PermissionDenied})
		}, inaccessible, cmekpipe.KeyDisabled},
		{"versions unseen", func(c *cmektest.Cloud, k cmekpipe.KeyName) {
			c.Inject(emulator.Fault{Method: "kms.ListCryptoKeyVersions", Code: codes.PermissionDenied})
		}, inaccessible, cmekpipe.KeyDisabled},
		{"gone", func(c *cmektest.Cloud, k cmekpipe.KeyName) {
			c.Inject(emulator.Fault{Method: "kms.GetCryptoKey", Code: codes.NotFound})
		}, inaccessible, cmekpipe.KeyNotFound},
		{"status code alone, disabled", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DisableKey(k) },
			status.Error(codes.FailedPrecondition, "no"), cmekpipe.KeyDisabled},
		{"status code alone, nothing wrong with the key", func(*cmektest.Cloud, cmekpipe.KeyName) {},
			status.Error(codes.FailedPrecondition, "no"), cmekpipe.PreconditionFailed},
		{"another failure", func(c *cmektest.Cloud, k cmekpipe.KeyName) { c.DenyKey(k) },
			status.Error(codes.PermissionDenied, "no"), cmekpipe.PermissionDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := cmektest.NewCloud(t)
			key := cloud.CreateKey("us-central1", "records")
			tt.spoil(cloud, key)
			err := diagnose.Wrap(t.Context(), "op", resource, key, tt.err)
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.want || e.Resource != resource || e.Op != "op" || !errors.Is(err, tt.err) {
				t.Fatalf("got %v, want code %s", err, tt.want)
			}
			if strings.HasPrefix(string(tt.want), "key-") && !strings.Contains(e.Hint, key.String()) {
				t.Errorf("got hint %q, want the key in it", e.Hint)
			}
		})
	}
}

func TestWrapTellsAKeyThatCannotEncrypt(t *testing.T) {
	cloud := cmektest.NewCloud(t)
	sibling := cloud.CreateKey("us-central1", "records")
	made, err := cloud.KMSClient().CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: strings.TrimSuffix(sibling.String(), "/cryptoKeys/records"), CryptoKeyId: "signs",
		CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ASYMMETRIC_SIGN,
			VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256}},
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := cmekpipe.ParseKeyName(made.GetName())
	if err != nil {
		t.Fatal(err)
	}
	err = diagnose.Wrap(t.Context(), "op", "r", key, status.Error(codes.FailedPrecondition,
		"The customer-managed encryption key required by the requested resource is not accessible"))
	if cmekpipe.CodeOf(err) != cmekpipe.KeyUnusable {
		t.Errorf("got %v, want key-unusable", err)
	}
}

func TestWrapLeavesAlone(t *testing.T) {
	for _, err := range []error{nil, context.Canceled} {
		if got := diagnose.Wrap(t.Context(), "op", "r", cmekpipe.KeyName{}, err); got != err {
			t.Errorf("got %v, want %v", got, err)
		}
	}
}
