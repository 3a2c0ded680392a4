package cmektest

import (
	"path"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Key makes a symmetric key in a location such as "us-central1", which every service that encrypts may use
// for [Project].
func (c *Cloud) Key(location, id string) cmekpipe.KeyName {
	c.t.Helper()
	ctx, parent := c.t.Context(), "projects/"+Project+"/locations/"+location
	_, err := c.kms.CreateKeyRing(ctx, &kmspb.CreateKeyRingRequest{Parent: parent, KeyRingId: "cmektest"})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		c.t.Fatalf("cmektest: key %s: %v", id, err)
	}
	made, err := c.kms.CreateCryptoKey(ctx, &kmspb.CreateCryptoKeyRequest{
		Parent: parent + "/keyRings/cmektest", CryptoKeyId: id,
		CryptoKey: &kmspb.CryptoKey{Purpose: kmspb.CryptoKey_ENCRYPT_DECRYPT},
	})
	if err != nil {
		c.t.Fatalf("cmektest: key %s: %v", id, err)
	}
	key, err := cmekpipe.ParseKeyName(made.GetName())
	if err != nil {
		c.t.Fatalf("cmektest: key %s: %v", id, err)
	}
	c.GrantKey(key)
	return key
}

// RotateKey makes a new version of the key the primary one: new data rests under it, older data stays where it is.
func (c *Cloud) RotateKey(key cmekpipe.KeyName) {
	c.t.Helper()
	ctx := c.t.Context()
	made, err := c.kms.CreateCryptoKeyVersion(ctx, &kmspb.CreateCryptoKeyVersionRequest{Parent: key.String()})
	if err == nil {
		_, err = c.kms.UpdateCryptoKeyPrimaryVersion(ctx, &kmspb.UpdateCryptoKeyPrimaryVersionRequest{
			Name: key.String(), CryptoKeyVersionId: path.Base(made.GetName()),
		})
	}
	if err != nil {
		c.t.Fatalf("cmektest: rotate %s: %v", key, err)
	}
}
