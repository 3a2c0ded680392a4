package cmektest

import (
	"google.golang.org/api/iterator"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"cloud.google.com/go/kms/apiv1/kmspb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// DisableKey disables every version of the key: nothing can be written under it, and what rests under it can't be read.
func (c *Cloud) DisableKey(key cmekpipe.KeyName) {
	c.t.Helper()
	for _, v := range c.versions(key) {
		if v.GetState() == kmspb.CryptoKeyVersion_ENABLED {
			c.setState(v, kmspb.CryptoKeyVersion_DISABLED)
		}
	}
}

// EnableKey enables every version of the key, those scheduled for destruction included. Destroyed ones stay so.
func (c *Cloud) EnableKey(key cmekpipe.KeyName) {
	c.t.Helper()
	for _, v := range c.versions(key) {
		switch v.GetState() {
		case kmspb.CryptoKeyVersion_DESTROY_SCHEDULED:
			restore := &kmspb.RestoreCryptoKeyVersionRequest{Name: v.GetName()}
			if _, err := c.kms.RestoreCryptoKeyVersion(c.t.Context(), restore); err != nil {
				c.t.Fatalf("cmektest: restore %s: %v", v.GetName(), err)
			}
			c.setState(v, kmspb.CryptoKeyVersion_ENABLED)
		case kmspb.CryptoKeyVersion_DISABLED:
			c.setState(v, kmspb.CryptoKeyVersion_ENABLED)
		}
	}
}

// DestroyKey schedules every version of the key for destruction, which is due 30 days later by the cloud's clock. From
// now on none can be used; [Cloud.EnableKey] takes it back until [emulator.Cloud.Advance] reaches that day.
func (c *Cloud) DestroyKey(key cmekpipe.KeyName) {
	c.t.Helper()
	for _, v := range c.versions(key) {
		if v.GetState() != kmspb.CryptoKeyVersion_ENABLED && v.GetState() != kmspb.CryptoKeyVersion_DISABLED {
			continue
		}
		destroy := &kmspb.DestroyCryptoKeyVersionRequest{Name: v.GetName()}
		if _, err := c.kms.DestroyCryptoKeyVersion(c.t.Context(), destroy); err != nil {
			c.t.Fatalf("cmektest: destroy %s: %v", v.GetName(), err)
		}
	}
}

func (c *Cloud) versions(key cmekpipe.KeyName) []*kmspb.CryptoKeyVersion {
	c.t.Helper()
	var all []*kmspb.CryptoKeyVersion
	it := c.kms.ListCryptoKeyVersions(c.t.Context(), &kmspb.ListCryptoKeyVersionsRequest{Parent: key.String()})
	for {
		v, err := it.Next()
		if err == iterator.Done {
			return all
		}
		if err != nil {
			c.t.Fatalf("cmektest: versions of %s: %v", key, err)
		}
		all = append(all, v)
	}
}

func (c *Cloud) setState(v *kmspb.CryptoKeyVersion, state kmspb.CryptoKeyVersion_CryptoKeyVersionState) {
	c.t.Helper()
	_, err := c.kms.UpdateCryptoKeyVersion(c.t.Context(), &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: v.GetName(), State: state},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	})
	if err != nil {
		c.t.Fatalf("cmektest: %s to %s: %v", v.GetName(), state, err)
	}
}
