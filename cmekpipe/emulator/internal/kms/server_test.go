package kms_test

import (
	"testing"
	"time"

	"cloud.google.com/go/iam/apiv1/iampb"
	"cloud.google.com/go/kms/apiv1/kmspb"
	"github.com/google/go-cmp/cmp"
	locationpb "google.golang.org/genproto/googleapis/cloud/location"
	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func TestLedgerHasCreationsAndDestructions(t *testing.T) {
	c := withKey(t)
	born := c.clock.read()
	c.clock.advance(time.Hour)
	if _, err := c.UpdateCryptoKey(t.Context(), rotateAt(born.Add(2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if err := c.destroy(versionName); err != nil {
		t.Fatal(err)
	}
	c.clock.advance(31 * 24 * time.Hour)
	c.wantState(destroyed)
	entry := func(at time.Time, method, kind, name string, gone time.Time) core.Entry {
		return core.Entry{Time: at, Service: "kms", Method: method, Kind: kind, Name: name, Project: "bank-keys", Deleted: gone}
	}
	want := []core.Entry{
		entry(born, "kms.CreateKeyRing", "keyRing", ringName, time.Time{}),
		entry(born, "kms.CreateCryptoKey", "cryptoKey", keyName, time.Time{}),
		entry(born, "kms.CreateCryptoKey", "cryptoKeyVersion", versionName, born.Add(time.Hour+30*24*time.Hour)),
		entry(born.Add(2*time.Hour), "kms.rotation", "cryptoKeyVersion", keyName+"/cryptoKeyVersions/2", time.Time{}),
	}
	if diff := cmp.Diff(want, c.env.Ledger.Entries(), cmp.Comparer(func(a, b core.Entry) bool { return a == b })); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestFaultsMatchMethodAndResource(t *testing.T) {
	c := withKey(t)
	for name, tt := range map[string]struct {
		fault core.Fault
		call  func() error
	}{
		"create ring": {core.Fault{Method: "kms.CreateKeyRing", Resource: place + "/keyRings/r2"}, func() error {
			_, err := c.CreateKeyRing(t.Context(), &kmspb.CreateKeyRingRequest{Parent: place, KeyRingId: "r2"})
			return err
		}},
		"create key": {core.Fault{Method: "kms.CreateCryptoKey", Resource: keyName + "2"}, func() error {
			_, err := c.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: ringName, CryptoKeyId: "k2"})
			return err
		}},
		"list": {core.Fault{Method: "kms.ListCryptoKeyVersions", Resource: keyName}, func() error {
			_, err := c.ListCryptoKeyVersions(t.Context(), &kmspb.ListCryptoKeyVersionsRequest{Parent: keyName}).Next()
			return err
		}},
		"get": {core.Fault{Method: "kms.GetCryptoKey", Resource: keyName}, func() error {
			_, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
			return err
		}},
		"update key": {core.Fault{Method: "kms.UpdateCryptoKey", Resource: keyName}, func() error {
			_, err := c.UpdateCryptoKey(t.Context(), update(&kmspb.CryptoKey{}, "labels"))
			return err
		}},
		"update version": {core.Fault{Method: "kms.UpdateCryptoKeyVersion", Resource: versionName}, func() error {
			return c.setState(versionName, disabled)
		}},
		"policy": {core.Fault{Method: "kms.GetIamPolicy", Resource: keyName}, func() error {
			_, err := c.GetIamPolicy(t.Context(), &iampb.GetIamPolicyRequest{Resource: keyName})
			return err
		}},
	} {
		tt.fault.Code = codes.DataLoss // which no client retries
		armed := c.env.Faults.Add(tt.fault)
		wantStatus(t, tt.call(), codes.DataLoss, "")
		armed.Remove()
		if name == "get" {
			if err := tt.call(); err != nil {
				t.Errorf("%s: got %v after the fault is removed", name, err)
			}
		}
	}
}

func TestGetLocation(t *testing.T) {
	c := start(t)
	got, err := c.GetLocation(t.Context(), &locationpb.GetLocationRequest{Name: place})
	if err != nil || got.GetLocationId() != "us-central1" || got.GetName() != place {
		t.Fatalf("got %v, %v", got, err)
	}
	var metadata kmspb.LocationMetadata
	if err := got.GetMetadata().UnmarshalTo(&metadata); err != nil || !metadata.GetHsmAvailable() || !metadata.GetEkmAvailable() {
		t.Errorf("got %v, %v", &metadata, err)
	}
	_, err = c.GetLocation(t.Context(), &locationpb.GetLocationRequest{Name: "projects/bank-keys/locations/mars"})
	wantStatus(t, err, codes.NotFound, "mars")
	_, err = c.GetLocation(as(t.Context(), user), &locationpb.GetLocationRequest{Name: place})
	wantStatus(t, err, codes.PermissionDenied, "cloudkms.locations.get")
}

func TestOtherMethodsAreUnimplemented(t *testing.T) {
	c := withKey(t)
	_, err := c.GetPublicKey(t.Context(), &kmspb.GetPublicKeyRequest{Name: versionName})
	wantStatus(t, err, codes.Unimplemented, "GetPublicKey")
}
