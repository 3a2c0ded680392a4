package kms_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// FuzzNames checks that the server refuses every malformed name and finds only what was created.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"", "/", "projects//locations//keyRings//cryptoKeys/", place, ringName, keyName, versionName,
		keyName + "2", keyName + "/", "/" + keyName, versionName + "0",
	} {
		f.Add(seed)
	}
	c := withKey(f)
	f.Fuzz(func(t *testing.T, name string) {
		if !utf8.ValidString(name) {
			t.Skip("gRPC carries valid UTF-8 only")
		}
		_, keyErr := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: name})
		_, ringErr := c.GetKeyRing(t.Context(), &kmspb.GetKeyRingRequest{Name: name})
		_, versionErr := c.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: name})
		_, policyErr := c.GetIamPolicy(t.Context(), &iampb.GetIamPolicyRequest{Resource: name})
		for _, tt := range []struct {
			err  error
			real bool
		}{
			{keyErr, name == keyName}, {ringErr, name == ringName}, {versionErr, name == versionName},
			{policyErr, name == keyName || name == ringName},
		} {
			code := status.Code(tt.err)
			if tt.real != (tt.err == nil) || !tt.real && code != codes.InvalidArgument && code != codes.NotFound {
				t.Errorf("%q: got %v, want it found: %v", name, tt.err, tt.real)
			}
		}
	})
}

// FuzzDecrypt checks that a key decrypts no ciphertext but its own.
func FuzzDecrypt(f *testing.F) {
	c := withKey(f)
	sealed, err := c.encrypt(keyName, "salary", "row 7")
	if err != nil {
		f.Fatal(err)
	}
	good := sealed.GetCiphertext()
	for _, seed := range [][]byte{nil, good[:9], good[:len(good)-1], good, bytes.Repeat([]byte{255}, 40)} {
		f.Add(seed, "row 7")
	}
	f.Add(append([]byte{'L'}, bytes.Repeat([]byte{255}, 40)...), "row 7")
	f.Add(good, "row 8")
	f.Fuzz(func(t *testing.T, ciphertext []byte, additional string) {
		_, err := c.Decrypt(as(t.Context(), user), &kmspb.DecryptRequest{
			Name: keyName, Ciphertext: ciphertext, AdditionalAuthenticatedData: []byte(additional),
		})
		own := bytes.Equal(ciphertext, good) && additional == "row 7"
		if own != (err == nil) || !own && status.Code(err) != codes.InvalidArgument {
			t.Errorf("got %v, want it opened: %v", err, own)
		}
	})
}
