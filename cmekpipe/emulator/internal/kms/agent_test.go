package kms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func TestAgentsUseGrantedKeys(t *testing.T) {
	c := withKey(t)
	agent := core.StorageAgent("bank-prod")
	c.grant(keyName, "roles/cloudkms.cryptoKeyEncrypterDecrypter", "serviceAccount:"+agent)
	k := key(t, keyName)
	got, err := c.server.Wrap(t.Context(), agent, k)
	if err != nil || got != k.Version(1) {
		t.Fatalf("got %v, %v, want version 1", got, err)
	}
	c.rotate()
	if got, err := c.server.Wrap(t.Context(), agent, k); err != nil || got != k.Version(2) {
		t.Errorf("got %v, %v, want version 2", got, err)
	}
	for _, v := range []cmekpipe.KeyVersionName{k.Version(1), k.Version(2)} {
		if err := c.server.Unwrap(t.Context(), agent, v); err != nil {
			t.Errorf("Unwrap(%s): %v", v, err)
		}
	}
}

func TestAgentsGetRefusals(t *testing.T) {
	const agent = "service-1@gs-project-accounts.iam.gserviceaccount.com"
	granted := func(c *cloud) {
		c.grant(keyName, "roles/cloudkms.cryptoKeyEncrypterDecrypter", "serviceAccount:"+agent)
	}
	const denied = "' denied on resource '" + keyName + "' (or it may not exist)."
	for _, tt := range []struct {
		name    string
		arrange func(*cloud)
		wrap    *core.KeyError
		unwrap  *core.KeyError
	}{
		{
			"no grant", func(*cloud) {},
			&core.KeyError{Reason: core.KeyDenied, Name: keyName, Message: "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt" + denied},
			&core.KeyError{Reason: core.KeyDenied, Name: keyName, Message: "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt" + denied},
		},
		{
			"encrypt only", func(c *cloud) { c.grant(keyName, "roles/cloudkms.cryptoKeyEncrypter", "serviceAccount:"+agent) },
			nil,
			&core.KeyError{Reason: core.KeyDenied, Name: keyName, Message: "Permission 'cloudkms.cryptoKeyVersions.useToDecrypt" + denied},
		},
		{
			"disabled", func(c *cloud) { granted(c); c.setState(versionName, disabled) },
			&core.KeyError{Reason: core.KeyNotEnabled, Name: versionName, State: "DISABLED", Message: versionName + " is not enabled, current state is: DISABLED."},
			&core.KeyError{Reason: core.KeyNotEnabled, Name: versionName, State: "DISABLED", Message: versionName + " is not enabled, current state is: DISABLED."},
		},
		{
			"destroyed", func(c *cloud) { granted(c); c.destroy(versionName); c.clock.advance(31 * 24 * time.Hour) },
			&core.KeyError{Reason: core.KeyNotEnabled, Name: versionName, State: "DESTROYED", Message: versionName + " is not enabled, current state is: DESTROYED."},
			&core.KeyError{Reason: core.KeyNotEnabled, Name: versionName, State: "DESTROYED", Message: versionName + " is not enabled, current state is: DESTROYED."},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := withKey(t)
			tt.arrange(c)
			_, err := c.server.Wrap(t.Context(), agent, key(t, keyName))
			wantKeyError(t, "Wrap", err, tt.wrap)
			wantKeyError(t, "Unwrap", c.server.Unwrap(t.Context(), agent, key(t, keyName).Version(1)), tt.unwrap)
		})
	}
}

func wantKeyError(t *testing.T, call string, err error, want *core.KeyError) {
	t.Helper()
	got, _ := errors.AsType[*core.KeyError](err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: got %v (-want +got):\n%s", call, err, diff)
	}
}

func TestMissingAndUnfitKeysHaveTheirOwnReasons(t *testing.T) {
	const agent = "service-1@gs-project-accounts.iam.gserviceaccount.com"
	c := withKey(t)
	c.createKey("mac", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_MAC, VersionTemplate: template(0, kmspb.CryptoKeyVersion_HMAC_SHA256)})
	reason := func(name string) (core.KeyReason, string) {
		_, err := c.server.Wrap(t.Context(), agent, key(t, name))
		e, ok := errors.AsType[*core.KeyError](err)
		if !ok {
			t.Fatalf("%s: got %v, want a KeyError", name, err)
		}
		return e.Reason, e.Message
	}
	missing := ringName + "/cryptoKeys/none"
	if got, text := reason(missing); got != core.KeyNotFound || text != "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '"+missing+"' (or it may not exist)." {
		t.Errorf("got %v %q, want it not found and hidden", got, text)
	}
	c.grant(ringName, "roles/cloudkms.cryptoKeyEncrypterDecrypter", "serviceAccount:"+agent)
	if got, text := reason(missing); got != core.KeyNotFound || text != "CryptoKey "+missing+" not found." {
		t.Errorf("got %v %q, want it not found and said so", got, text)
	}
	if got, _ := reason(ringName + "/cryptoKeys/mac"); got != core.KeyWrongPurpose {
		t.Errorf("got %v, want KeyWrongPurpose", got)
	}
	err := c.server.Unwrap(t.Context(), agent, key(t, keyName).Version(7))
	if e, ok := errors.AsType[*core.KeyError](err); !ok || e.Reason != core.KeyNotFound {
		t.Errorf("got %v, want KeyNotFound", err)
	}
}

func TestCancelledCallsUseNoKey(t *testing.T) {
	c := withKey(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.server.Wrap(ctx, "a", key(t, keyName))
	if !errors.Is(err, context.Canceled) || !errors.Is(c.server.Unwrap(ctx, "a", key(t, keyName).Version(1)), context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
