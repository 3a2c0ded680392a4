package kms_test

import (
	"slices"
	"testing"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/genproto/googleapis/type/expr"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func binding(role string, members ...string) *iampb.Binding {
	return &iampb.Binding{Role: role, Members: members}
}

func (c *cloud) setPolicy(resource string, etag []byte, bindings ...*iampb.Binding) error {
	_, err := c.SetIamPolicy(c.t.Context(), &iampb.SetIamPolicyRequest{
		Resource: resource, Policy: &iampb.Policy{Etag: etag, Bindings: bindings},
	})
	return err
}

func TestUseOfKeysIsDeniedByDefault(t *testing.T) {
	c := start(t)
	c.createRing("r")
	c.createKey("k", &kmspb.CryptoKey{Purpose: symmetric})
	encrypt := &kmspb.EncryptRequest{Name: keyName, Plaintext: []byte("x")}
	want := "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '" + keyName + "' (or it may not exist)."
	_, owner := c.Encrypt(t.Context(), encrypt)
	_, other := c.Encrypt(as(t.Context(), user), encrypt)
	for _, err := range []error{owner, other} {
		if s, _ := status.FromError(err); s.Code() != codes.PermissionDenied || s.Message() != want {
			t.Errorf("got %v, want PermissionDenied: %s", err, want)
		}
	}
	_, err := c.Decrypt(t.Context(), &kmspb.DecryptRequest{Name: keyName, Ciphertext: []byte("x")})
	wantStatus(t, err, codes.PermissionDenied, "useToDecrypt")
	encrypt.Name = keyName + "2"
	_, err = c.Encrypt(as(t.Context(), user), encrypt)
	wantStatus(t, err, codes.PermissionDenied, "k2' (or it may not exist).")
}

func TestManagementIsDeniedToOthers(t *testing.T) {
	c := withKey(t)
	ctx := as(t.Context(), user)
	for name, call := range map[string]func() error{
		"CreateKeyRing": func() error {
			_, err := c.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: place, KeyRingId: "r2"})
			return err
		},
		"GetKeyRing": func() error {
			_, err := c.GetKeyRing(ctx, &kmspb.GetKeyRingRequest{Name: ringName})
			return err
		},
		"ListKeyRings": func() error {
			_, err := c.ListKeyRings(ctx, &kmspb.ListKeyRingsRequest{Parent: place}).Next()
			return err
		},
		"CreateCryptoKey": func() error {
			_, err := c.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{Parent: ringName, CryptoKeyId: "k2", CryptoKey: &kmspb.CryptoKey{Purpose: symmetric}})
			return err
		},
		"GetCryptoKey": func() error {
			_, err := c.GetCryptoKey(ctx, &kmspb.GetCryptoKeyRequest{Name: keyName})
			return err
		},
		"ListCryptoKeys": func() error {
			_, err := c.ListCryptoKeys(ctx, &kmspb.ListCryptoKeysRequest{Parent: ringName}).Next()
			return err
		},
		"UpdateCryptoKey": func() error {
			_, err := c.UpdateCryptoKey(ctx, update(&kmspb.CryptoKey{}, "labels"))
			return err
		},
		"UpdateCryptoKeyPrimaryVersion": func() error {
			_, err := c.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: keyName, CryptoKeyVersionId: "1"})
			return err
		},
		"CreateCryptoKeyVersion": func() error {
			_, err := c.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: keyName})
			return err
		},
		"GetCryptoKeyVersion": func() error {
			_, err := c.GetCryptoKeyVersion(ctx, &kmspb.GetCryptoKeyVersionRequest{Name: versionName})
			return err
		},
		"ListCryptoKeyVersions": func() error {
			_, err := c.ListCryptoKeyVersions(ctx, &kmspb.ListCryptoKeyVersionsRequest{Parent: keyName}).Next()
			return err
		},
		"UpdateCryptoKeyVersion": func() error {
			_, err := c.UpdateCryptoKeyVersion(ctx, updateState(versionName, disabled))
			return err
		},
		"DestroyCryptoKeyVersion": func() error {
			_, err := c.DestroyCryptoKeyVersion(ctx, &kmspb.DestroyCryptoKeyVersionRequest{Name: versionName})
			return err
		},
		"RestoreCryptoKeyVersion": func() error {
			_, err := c.RestoreCryptoKeyVersion(ctx, &kmspb.RestoreCryptoKeyVersionRequest{Name: versionName})
			return err
		},
		"GetIamPolicy": func() error {
			_, err := c.GetIamPolicy(ctx, &iampb.GetIamPolicyRequest{Resource: keyName})
			return err
		},
		"SetIamPolicy": func() error {
			_, err := c.SetIamPolicy(ctx, &iampb.SetIamPolicyRequest{Resource: ringName, Policy: &iampb.Policy{}})
			return err
		},
	} {
		if err := call(); status.Code(err) != codes.PermissionDenied {
			t.Errorf("%s: got %v, want PermissionDenied", name, err)
		}
	}
	c.wantState(enabled)
}

func TestRolesGrantOnKeyAndKeyRing(t *testing.T) {
	const encryptOnly, decryptOnly, both = "roles/cloudkms.cryptoKeyEncrypter", "roles/cloudkms.cryptoKeyDecrypter", "roles/cloudkms.cryptoKeyEncrypterDecrypter"
	for _, tt := range []struct {
		resource, role, member    string
		encrypt, decrypt, get, up bool
	}{
		{keyName, both, user, true, true, false, false},
		{keyName, encryptOnly, user, true, false, false, false},
		{keyName, decryptOnly, user, false, true, false, false},
		{keyName, "roles/cloudkms.viewer", user, false, false, true, false},
		{keyName, "roles/cloudkms.admin", user, false, false, true, true},
		{ringName, both, user, true, true, false, false},
		{ringName, both, "user:bob@example.com", false, false, false, false},
		{keyName, both, "allAuthenticatedUsers", true, true, false, false},
		{keyName, both, "allUsers", true, true, false, false},
		{keyName + "2", both, user, false, false, false, false},
	} {
		t.Run(tt.role+" on "+tt.resource, func(t *testing.T) {
			c := start(t)
			c.createRing("r")
			c.createKey("k", &kmspb.CryptoKey{Purpose: symmetric})
			c.createKey("k2", &kmspb.CryptoKey{Purpose: symmetric})
			c.grant(tt.resource, tt.role, tt.member)
			allowed := func(what string, err error, want bool) {
				t.Helper()
				if got := status.Code(err) != codes.PermissionDenied; got != want {
					t.Errorf("%s: got %v, want allowed %v", what, err, want)
				}
			}
			_, err := c.encrypt(keyName, "x", "")
			allowed("Encrypt", err, tt.encrypt)
			_, err = c.decrypt(keyName, nil, "")
			allowed("Decrypt", err, tt.decrypt)
			_, err = c.GetCryptoKey(as(t.Context(), user), &kmspb.GetCryptoKeyRequest{Name: keyName})
			allowed("GetCryptoKey", err, tt.get)
			_, err = c.UpdateCryptoKeyVersion(as(t.Context(), user), updateState(versionName, disabled))
			allowed("UpdateCryptoKeyVersion", err, tt.up)
		})
	}
}

func TestPolicyIsReadBackAndRevoked(t *testing.T) {
	c := withKey(t)
	got, err := c.GetIamPolicy(t.Context(), &iampb.GetIamPolicyRequest{Resource: keyName})
	if err != nil || len(got.GetBindings()) != 1 || got.GetBindings()[0].GetMembers()[0] != user {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := c.setPolicy(keyName, got.GetEtag()); err != nil {
		t.Fatal(err)
	}
	_, err = c.encrypt(keyName, "x", "")
	wantStatus(t, err, codes.PermissionDenied, "useToEncrypt")
	wantStatus(t, c.setPolicy(keyName, got.GetEtag()), codes.Aborted, "concurrent policy changes")
}

func TestBadPoliciesAreRefused(t *testing.T) {
	const role = "roles/cloudkms.viewer"
	c := withKey(t)
	before, err := c.GetIamPolicy(t.Context(), &iampb.GetIamPolicyRequest{Resource: keyName})
	if err != nil {
		t.Fatal(err)
	}
	conditional := binding(role, user)
	conditional.Condition = &expr.Expr{Expression: "true"}
	for name, bad := range map[string]*iampb.Binding{
		"unknown role":    binding("roles/cloudkms.cryptoKeyEncryptorDecryptor", user),
		"no role":         binding("", user),
		"no members":      binding(role),
		"bare address":    binding(role, "ann@example.com"),
		"unknown kind":    binding(role, "robot:ann@example.com"),
		"no domain":       binding(role, "user:ann"),
		"space":           binding(role, "user:ann @example.com"),
		"deleted":         binding(role, "deleted:user:ann@example.com?uid=1"),
		"condition":       conditional,
		"good and bad":    binding(role, user, "x"),
		"twice the kind":  binding(role, "serviceAccount:serviceAccount:a@example.com"),
		"bare principal":  binding(role, "principal:x"),
		"domain no dot":   binding(role, "domain:example"),
		"no name":         binding(role, "user:@example.com"),
		"domain too bare": binding(role, "user:ann@localhost"),
	} {
		wantStatus(t, c.setPolicy(keyName, nil, binding(role, user), bad), codes.InvalidArgument, "got")
		after, err := c.GetIamPolicy(t.Context(), &iampb.GetIamPolicyRequest{Resource: keyName})
		if err != nil || len(after.GetBindings()) != 1 || after.GetBindings()[0].GetRole() != before.GetBindings()[0].GetRole() {
			t.Errorf("%s: got %v, %v, want the policy as it was", name, after, err)
		}
	}
	good := binding(role, "group:a@example.com", "domain:example.com", "principalSet://iam.googleapis.com/x", "serviceAccount:a@p.iam.gserviceaccount.com")
	if err := c.setPolicy(keyName, nil, good); err != nil {
		t.Error(err)
	}
	wantStatus(t, c.setPolicy(place, nil), codes.InvalidArgument, place)
	wantStatus(t, c.setPolicy(versionName, nil), codes.InvalidArgument, versionName)
	wantStatus(t, c.setPolicy(keyName+"9", nil), codes.NotFound, keyName+"9")
	wantStatus(t, c.setPolicy(ringName+"9", nil), codes.NotFound, ringName+"9")
}

func TestTestIamPermissionsReturnsThoseOfTheCaller(t *testing.T) {
	c := withKey(t)
	asked := []string{"cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.get", "cloudkms.cryptoKeyVersions.useToDecrypt"}
	for _, tt := range []struct {
		member, resource string
		want             []string
	}{
		{user, keyName, []string{asked[0], asked[2]}},
		{user, keyName + "2", nil},
		{user, ringName, nil},
		{"user:owner@loopback.test", keyName, []string{asked[1]}},
	} {
		got, err := c.TestIamPermissions(as(t.Context(), tt.member), &iampb.TestIamPermissionsRequest{Resource: tt.resource, Permissions: asked})
		if err != nil || !slices.Equal(got.GetPermissions(), tt.want) {
			t.Errorf("%s on %s: got %v, %v, want %q", tt.member, tt.resource, got, err, tt.want)
		}
	}
	for _, bad := range []string{"cloudkms.*", "storage.objects.get"} {
		_, err := c.TestIamPermissions(t.Context(), &iampb.TestIamPermissionsRequest{Resource: keyName, Permissions: []string{bad}})
		wantStatus(t, err, codes.InvalidArgument, bad)
	}
	_, err := c.TestIamPermissions(t.Context(), &iampb.TestIamPermissionsRequest{Resource: place, Permissions: asked})
	wantStatus(t, err, codes.InvalidArgument, place)
}
