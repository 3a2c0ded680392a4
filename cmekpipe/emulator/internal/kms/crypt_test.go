package kms_test

import (
	"bytes"
	"hash/crc32"
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func crc(data string) *wrapperspb.Int64Value {
	return wrapperspb.Int64(int64(crc32.Checksum([]byte(data), crc32.MakeTable(crc32.Castagnoli))))
}

func (c *cloud) encrypt(name, plaintext, aad string) (*kmspb.EncryptResponse, error) {
	return c.Encrypt(as(c.t.Context(), user), &kmspb.EncryptRequest{
		Name: name, Plaintext: []byte(plaintext), AdditionalAuthenticatedData: []byte(aad),
	})
}

func (c *cloud) decrypt(name string, ciphertext []byte, aad string) (*kmspb.DecryptResponse, error) {
	return c.Decrypt(as(c.t.Context(), user), &kmspb.DecryptRequest{
		Name: name, Ciphertext: ciphertext, AdditionalAuthenticatedData: []byte(aad),
	})
}

func (c *cloud) rotate() {
	c.t.Helper()
	if _, err := c.CreateCryptoKeyVersion(c.t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: keyName}); err != nil {
		c.t.Fatal(err)
	}
	_, err := c.UpdateCryptoKeyPrimaryVersion(c.t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: keyName, CryptoKeyVersionId: "2"})
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestDecryptReturnsThePlaintext(t *testing.T) {
	c := withKey(t)
	for _, text := range []string{"", "salary", string(bytes.Repeat([]byte{0}, 64<<10))} {
		sealed, err := c.Encrypt(as(t.Context(), user), &kmspb.EncryptRequest{
			Name: keyName, Plaintext: []byte(text), PlaintextCrc32C: crc(text),
			AdditionalAuthenticatedData: []byte("row 7"), AdditionalAuthenticatedDataCrc32C: crc("row 7"),
		})
		if err != nil {
			t.Fatal(err)
		}
		if sealed.GetName() != versionName || !sealed.GetVerifiedPlaintextCrc32C() || !sealed.GetVerifiedAdditionalAuthenticatedDataCrc32C() ||
			sealed.GetCiphertextCrc32C().GetValue() != crc(string(sealed.GetCiphertext())).GetValue() {
			t.Errorf("got %v, want version 1 and checksums", sealed)
		}
		if len(text) > 0 && bytes.Contains(sealed.GetCiphertext(), []byte(text)) {
			t.Errorf("the ciphertext of %q holds the plaintext", text)
		}
		opened, err := c.Decrypt(as(t.Context(), user), &kmspb.DecryptRequest{
			Name: keyName, Ciphertext: sealed.GetCiphertext(), CiphertextCrc32C: sealed.GetCiphertextCrc32C(),
			AdditionalAuthenticatedData: []byte("row 7"), AdditionalAuthenticatedDataCrc32C: crc("row 7"),
		})
		if err != nil || string(opened.GetPlaintext()) != text || !opened.GetUsedPrimary() || opened.GetPlaintextCrc32C().GetValue() != crc(text).GetValue() {
			t.Errorf("got %v, %v, want %d bytes", opened, err, len(text))
		}
	}
}

func TestDecryptRefusesOtherCiphertexts(t *testing.T) {
	c := withKey(t)
	c.createKey("k2", &kmspb.CryptoKey{Purpose: symmetric})
	c.grant(keyName+"2", "roles/cloudkms.cryptoKeyEncrypterDecrypter", user)
	sealed, err := c.encrypt(keyName, "salary", "row 7")
	if err != nil {
		t.Fatal(err)
	}
	good := sealed.GetCiphertext()
	otherVersion := bytes.Clone(good)
	otherVersion[8]++
	for name, tt := range map[string]struct {
		key        string
		ciphertext []byte
		aad        string
	}{
		"other additional data": {keyName, good, "row 8"},
		"other key":             {keyName + "2", good, "row 7"},
		"empty":                 {keyName, nil, "row 7"},
		"header only":           {keyName, good[:9], "row 7"},
		"truncated":             {keyName, good[:len(good)-1], "row 7"},
		"flipped":               {keyName, append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1), "row 7"},
		"unknown version":       {keyName, otherVersion, "row 7"},
		"not ours":              {keyName, []byte("plaintext with a header"), "row 7"},
		"version for a name":    {versionName, good, "row 7"},
	} {
		got, err := c.decrypt(tt.key, tt.ciphertext, tt.aad)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, %v, want InvalidArgument", name, got, err)
		}
	}
	c.rotate()
	if got, err := c.decrypt(keyName, otherVersion, "row 7"); status.Code(err) != codes.InvalidArgument {
		t.Errorf("header changed to an existing version: got %v, %v", got, err)
	}
}

func TestWrongChecksumsAreRefused(t *testing.T) {
	c := withKey(t)
	for _, tt := range []struct {
		request *kmspb.EncryptRequest
		field   string
	}{
		{&kmspb.EncryptRequest{Plaintext: []byte("a"), PlaintextCrc32C: crc("b")}, "plaintext_crc32c"},
		{&kmspb.EncryptRequest{PlaintextCrc32C: wrapperspb.Int64(-1)}, "plaintext_crc32c"},
		{&kmspb.EncryptRequest{AdditionalAuthenticatedData: []byte("a"), AdditionalAuthenticatedDataCrc32C: crc("b")}, "additional_authenticated_data_crc32c"},
	} {
		tt.request.Name = keyName
		_, err := c.Encrypt(as(t.Context(), user), tt.request)
		wantStatus(t, err, codes.InvalidArgument, tt.field)
	}
	sealed, err := c.encrypt(keyName, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if sealed.GetVerifiedPlaintextCrc32C() || sealed.GetVerifiedAdditionalAuthenticatedDataCrc32C() {
		t.Errorf("got %v, want nothing verified without a checksum", sealed)
	}
	_, err = c.Decrypt(as(t.Context(), user), &kmspb.DecryptRequest{Name: keyName, Ciphertext: sealed.GetCiphertext(), CiphertextCrc32C: crc("x")})
	wantStatus(t, err, codes.InvalidArgument, "ciphertext_crc32c")
}

func TestLengthsAreLimitedByProtectionLevel(t *testing.T) {
	c := withKey(t)
	c.createKey("hsm", &kmspb.CryptoKey{Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_HSM, 0)})
	hsm := ringName + "/cryptoKeys/hsm"
	c.grant(hsm, "roles/cloudkms.cryptoKeyEncrypterDecrypter", user)
	for _, tt := range []struct {
		key       string
		data, aad int
		want      codes.Code
	}{
		{keyName, 64 << 10, 64 << 10, codes.OK},
		{keyName, 64<<10 + 1, 0, codes.InvalidArgument},
		{keyName, 0, 64<<10 + 1, codes.InvalidArgument},
		{hsm, 4 << 10, 4 << 10, codes.OK},
		{hsm, 4 << 10, 4<<10 + 1, codes.InvalidArgument},
	} {
		sealed, err := c.encrypt(tt.key, string(make([]byte, tt.data)), string(make([]byte, tt.aad)))
		if status.Code(err) != tt.want {
			t.Errorf("%s, %d and %d bytes: got %v, want %s", tt.key, tt.data, tt.aad, err, tt.want)
		}
		if err == nil && (sealed.GetProtectionLevel() == kmspb.ProtectionLevel_HSM) != (tt.key == hsm) {
			t.Errorf("got protection level %s", sealed.GetProtectionLevel())
		}
	}
}

func TestRotationKeepsOldCiphertextReadable(t *testing.T) {
	c := withKey(t)
	old, err := c.encrypt(keyName, "old", "")
	if err != nil {
		t.Fatal(err)
	}
	c.rotate()
	fresh, err := c.encrypt(keyName, "fresh", "")
	if err != nil || fresh.GetName() != keyName+"/cryptoKeyVersions/2" {
		t.Fatalf("got %v, %v, want version 2", fresh, err)
	}
	byName, err := c.encrypt(versionName, "by version", "")
	if err != nil || byName.GetName() != versionName {
		t.Errorf("got %v, %v, want the version that was named", byName, err)
	}
	got, err := c.decrypt(keyName, old.GetCiphertext(), "")
	if err != nil || string(got.GetPlaintext()) != "old" || got.GetUsedPrimary() {
		t.Errorf("got %v, %v, want old by version 1", got, err)
	}
	_, err = c.encrypt(keyName+"/cryptoKeyVersions/9", "x", "")
	wantStatus(t, err, codes.NotFound, "/cryptoKeyVersions/9")
}

func TestVersionThatIsNotEnabledIsRefusedAsGoogleDoes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		leave func(*cloud) error
		state string
	}{
		{"disabled", func(c *cloud) error { return c.setState(versionName, disabled) }, "DISABLED"},
		{"scheduled", func(c *cloud) error { return c.destroy(versionName) }, "DESTROY_SCHEDULED"},
		{"destroyed", func(c *cloud) error {
			err := c.destroy(versionName)
			c.clock.advance(31 * 24 * time.Hour)
			return err
		}, "DESTROYED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := withKey(t)
			sealed, err := c.encrypt(keyName, "x", "")
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.leave(c); err != nil {
				t.Fatal(err)
			}
			want := versionName + " is not enabled, current state is: " + tt.state + "."
			_, encryptErr := c.encrypt(keyName, "x", "")
			_, decryptErr := c.decrypt(keyName, sealed.GetCiphertext(), "")
			_, namedErr := c.encrypt(versionName, "x", "")
			for _, err := range []error{encryptErr, decryptErr, namedErr} {
				s, _ := status.FromError(err)
				if s.Code() != codes.FailedPrecondition || s.Message() != want {
					t.Errorf("got %v, want FailedPrecondition: %s", err, want)
				}
				if got := violation(s); got.GetType() != "KEY_"+tt.state || got.GetSubject() != versionName {
					t.Errorf("got violation %v, want KEY_%s of %s", got, tt.state, versionName)
				}
			}
		})
	}
}

func violation(s *status.Status) *errdetails.PreconditionFailure_Violation {
	for _, detail := range s.Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok && len(failure.GetViolations()) == 1 {
			return failure.GetViolations()[0]
		}
	}
	return nil
}

func TestKeysThatCanNotEncryptAreRefused(t *testing.T) {
	c := start(t)
	c.createRing("r")
	c.grant(ringName, "roles/cloudkms.cryptoKeyEncrypterDecrypter", user)
	c.createKey("mac", &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_MAC, VersionTemplate: template(0, kmspb.CryptoKeyVersion_HMAC_SHA256)})
	_, err := c.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ringName, CryptoKeyId: "k", CryptoKey: &kmspb.CryptoKey{Purpose: symmetric}, SkipInitialVersionCreation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.encrypt(ringName+"/cryptoKeys/mac", "x", "")
	wantStatus(t, err, codes.InvalidArgument, "has purpose MAC")
	_, err = c.encrypt(keyName, "x", "")
	wantStatus(t, err, codes.FailedPrecondition, "no primary version")
	_, err = c.encrypt(ringName, "x", "")
	wantStatus(t, err, codes.InvalidArgument, ringName)
	_, err = c.decrypt(ringName, nil, "")
	wantStatus(t, err, codes.InvalidArgument, ringName)
}
