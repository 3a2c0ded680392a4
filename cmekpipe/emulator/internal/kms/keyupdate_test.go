package kms_test

import (
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func update(key *kmspb.CryptoKey, paths ...string) *kmspb.UpdateCryptoKeyRequest {
	key.Name = keyName
	return &kmspb.UpdateCryptoKeyRequest{CryptoKey: key, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}}
}

func TestUpdateChangesWhatTheMaskNames(t *testing.T) {
	c := withKey(t)
	next := timestamppb.New(c.clock.read().Add(time.Hour))
	asked := &kmspb.CryptoKey{Labels: map[string]string{"a": "b"}, NextRotationTime: next}
	if _, err := c.UpdateCryptoKey(t.Context(), update(asked, "labels")); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
	if err != nil || got.GetLabels()["a"] != "b" || got.GetNextRotationTime() != nil {
		t.Errorf("got %v, %v, want labels changed and no rotation", got, err)
	}
	policy := &kmspb.KeyAccessJustificationsPolicy{AllowedAccessReasons: []kmspb.AccessReason{kmspb.AccessReason_CUSTOMER_INITIATED_ACCESS}}
	got, err = c.UpdateCryptoKey(t.Context(), update(&kmspb.CryptoKey{KeyAccessJustificationsPolicy: policy, NextRotationTime: next},
		"key_access_justifications_policy", "next_rotation_time"))
	if err != nil || len(got.GetKeyAccessJustificationsPolicy().GetAllowedAccessReasons()) != 1 || !got.GetNextRotationTime().AsTime().Equal(next.AsTime()) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestBadUpdatesChangeNothing(t *testing.T) {
	c := withKey(t)
	good := map[string]string{"a": "b"}
	for name, bad := range map[string]*kmspb.UpdateCryptoKeyRequest{
		"no mask":           update(&kmspb.CryptoKey{Labels: good}),
		"immutable":         update(&kmspb.CryptoKey{Labels: good, ImportOnly: true}, "labels", "import_only"),
		"purpose":           update(&kmspb.CryptoKey{Labels: good, Purpose: kmspb.CryptoKey_MAC}, "labels", "purpose"),
		"bad second field":  update(&kmspb.CryptoKey{Labels: good, NextRotationTime: timestamppb.New(time.Unix(0, 0))}, "labels", "next_rotation_time"),
		"foreign algorithm": update(&kmspb.CryptoKey{VersionTemplate: template(0, kmspb.CryptoKeyVersion_HMAC_SHA1)}, "version_template.algorithm"),
	} {
		_, err := c.UpdateCryptoKey(t.Context(), bad)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
		got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
		if err != nil || len(got.GetLabels()) != 0 {
			t.Errorf("%s: got %v, %v, want the key as it was", name, got, err)
		}
	}
	_, err := c.UpdateCryptoKey(t.Context(), &kmspb.UpdateCryptoKeyRequest{CryptoKey: &kmspb.CryptoKey{Name: "k"}})
	wantStatus(t, err, codes.InvalidArgument, `"k"`)
	missing := update(&kmspb.CryptoKey{}, "labels")
	missing.CryptoKey.Name = keyName + "2"
	_, err = c.UpdateCryptoKey(t.Context(), missing)
	wantStatus(t, err, codes.NotFound, keyName+"2")
}

func TestPrimaryVersionMustExistAndBeEnabled(t *testing.T) {
	c := withKey(t)
	if _, err := c.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: keyName}); err != nil {
		t.Fatal(err)
	}
	got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
	if err != nil || got.GetPrimary().GetName() != keyName+"/cryptoKeyVersions/1" {
		t.Errorf("got %v, %v, want version 1 primary still", got, err)
	}
	primary := func(id string) error {
		_, err := c.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: keyName, CryptoKeyVersionId: id})
		return err
	}
	if err := primary("2"); err != nil {
		t.Fatal(err)
	}
	got, err = c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
	if err != nil || got.GetPrimary().GetName() != keyName+"/cryptoKeyVersions/2" {
		t.Errorf("got %v, %v, want version 2 primary", got, err)
	}
	wantStatus(t, primary("3"), codes.NotFound, "/cryptoKeyVersions/3")
	wantStatus(t, primary("x"), codes.InvalidArgument, `"x"`)
	if err := c.setState(keyName+"/cryptoKeyVersions/1", kmspb.CryptoKeyVersion_DISABLED); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, primary("1"), codes.FailedPrecondition, "current state is: DISABLED.")
}

func rotateAt(at time.Time) *kmspb.UpdateCryptoKeyRequest {
	return update(&kmspb.CryptoKey{NextRotationTime: timestamppb.New(at)}, "next_rotation_time")
}
