package kms_test

import (
	"fmt"
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const symmetric = kmspb.CryptoKey_ENCRYPT_DECRYPT

func TestNewKeyHasDefaultsAndAPrimaryVersion(t *testing.T) {
	c := start(t)
	c.createRing("r")
	made := c.createKey("k", &kmspb.CryptoKey{Purpose: symmetric, Labels: map[string]string{"team": "fraud"}})
	now := c.clock.read()
	if made.GetName() != keyName || !made.GetCreateTime().AsTime().Equal(now) || made.GetLabels()["team"] != "fraud" {
		t.Errorf("got %v", made)
	}
	if got := made.GetDestroyScheduledDuration().AsDuration(); got != 30*24*time.Hour {
		t.Errorf("got destroy_scheduled_duration %s, want 30 days", got)
	}
	p := made.GetPrimary()
	if p.GetName() != keyName+"/cryptoKeyVersions/1" || p.GetState() != kmspb.CryptoKeyVersion_ENABLED ||
		p.GetAlgorithm() != kmspb.CryptoKeyVersion_GOOGLE_SYMMETRIC_ENCRYPTION || p.GetProtectionLevel() != kmspb.ProtectionLevel_SOFTWARE {
		t.Errorf("got primary %v", p)
	}
	got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
	if err != nil || got.GetPrimary().GetName() != p.GetName() {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestKeysOfOtherPurposesHaveNoPrimary(t *testing.T) {
	c := start(t)
	c.createRing("r")
	made := c.createKey("signer", &kmspb.CryptoKey{
		Purpose:         kmspb.CryptoKey_ASYMMETRIC_SIGN,
		VersionTemplate: &kmspb.CryptoKeyVersionTemplate{Algorithm: kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256},
	})
	if made.GetPrimary() != nil {
		t.Errorf("got primary %v, want none", made.GetPrimary())
	}
	v, err := c.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: made.GetName() + "/cryptoKeyVersions/1"})
	if err != nil || v.GetAlgorithm() != kmspb.CryptoKeyVersion_EC_SIGN_P256_SHA256 {
		t.Errorf("got %v, %v", v, err)
	}
	_, err = c.UpdateCryptoKeyPrimaryVersion(t.Context(), &kmspb.UpdateCryptoKeyPrimaryVersionRequest{Name: made.GetName(), CryptoKeyVersionId: "1"})
	wantStatus(t, err, codes.FailedPrecondition, "ASYMMETRIC_SIGN")
}

// template is a version template of a level and the algorithm of a purpose.
func template(level kmspb.ProtectionLevel, algorithm kmspb.CryptoKeyVersion_CryptoKeyVersionAlgorithm) *kmspb.CryptoKeyVersionTemplate {
	return &kmspb.CryptoKeyVersionTemplate{ProtectionLevel: level, Algorithm: algorithm}
}

func TestBadKeysAreRefused(t *testing.T) {
	c := start(t)
	c.createRing("r")
	later := timestamppb.New(c.clock.read().Add(time.Hour))
	daily := &kmspb.CryptoKey_RotationPeriod{RotationPeriod: durationpb.New(24 * time.Hour)}
	many := make(map[string]string)
	for i := range 65 {
		many[fmt.Sprintf("l%d", i)] = ""
	}
	for name, bad := range map[string]*kmspb.CryptoKey{
		"none":                        nil,
		"no purpose":                  {},
		"unknown purpose":             {Purpose: 99},
		"algorithm of other purpose":  {Purpose: symmetric, VersionTemplate: template(0, kmspb.CryptoKeyVersion_HMAC_SHA256)},
		"purpose without algorithm":   {Purpose: kmspb.CryptoKey_MAC},
		"external algorithm":          {Purpose: symmetric, VersionTemplate: template(0, kmspb.CryptoKeyVersion_EXTERNAL_SYMMETRIC_ENCRYPTION)},
		"external version":            {Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_EXTERNAL, 0)},
		"VPC without backend":         {Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_EXTERNAL_VPC, 0)},
		"backend without VPC":         {Purpose: symmetric, CryptoKeyBackend: place + "/ekmConnections/c"},
		"single tenant, no backend":   {Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_HSM_SINGLE_TENANT, 0)},
		"import only":                 {Purpose: symmetric, ImportOnly: true},
		"destroyed too soon":          {Purpose: symmetric, DestroyScheduledDuration: durationpb.New(23 * time.Hour)},
		"destroyed too late":          {Purpose: symmetric, DestroyScheduledDuration: durationpb.New(121 * 24 * time.Hour)},
		"period without time":         {Purpose: symmetric, RotationSchedule: daily},
		"rotation in the past":        {Purpose: symmetric, NextRotationTime: timestamppb.New(c.clock.read())},
		"rotation of a signer":        {Purpose: kmspb.CryptoKey_MAC, VersionTemplate: template(0, kmspb.CryptoKeyVersion_HMAC_SHA256), NextRotationTime: later},
		"period too short":            {Purpose: symmetric, NextRotationTime: later, RotationSchedule: &kmspb.CryptoKey_RotationPeriod{RotationPeriod: durationpb.New(time.Hour)}},
		"label in upper case":         {Purpose: symmetric, Labels: map[string]string{"Team": "x"}},
		"label value with a space":    {Purpose: symmetric, Labels: map[string]string{"team": "a b"}},
		"65 labels":                   {Purpose: symmetric, Labels: many},
		"period longer than 100 year": {Purpose: symmetric, NextRotationTime: later, RotationSchedule: &kmspb.CryptoKey_RotationPeriod{RotationPeriod: durationpb.New(876_001 * time.Hour)}},
	} {
		_, err := c.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{Parent: ringName, CryptoKeyId: "k", CryptoKey: bad})
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
		_, err = c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
		if status.Code(err) != codes.NotFound {
			t.Fatalf("%s: got %v, want no key left behind", name, err)
		}
	}
}

func TestKeyNeedsItsKeyRing(t *testing.T) {
	c := start(t)
	request := &kmspb.CreateCryptoKeyRequest{Parent: ringName, CryptoKeyId: "k", CryptoKey: &kmspb.CryptoKey{Purpose: symmetric}}
	_, err := c.CreateCryptoKey(t.Context(), request)
	wantStatus(t, err, codes.NotFound, ringName)
	c.createRing("r")
	if _, err := c.CreateCryptoKey(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateCryptoKey(t.Context(), request)
	wantStatus(t, err, codes.AlreadyExists, keyName)
	for _, id := range []string{"", "a b", "k/cryptoKeyVersions/1"} {
		request.CryptoKeyId = id
		_, err = c.CreateCryptoKey(t.Context(), request)
		wantStatus(t, err, codes.InvalidArgument, "cryptoKeys")
	}
}

func TestListCryptoKeysStaysInItsKeyRing(t *testing.T) {
	c := withKey(t)
	c.createRing("r2")
	c.createRing("r3")
	c.createKey("k2", &kmspb.CryptoKey{Purpose: symmetric})
	_, err := c.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
		Parent: ringName + "2", CryptoKeyId: "k3", CryptoKey: &kmspb.CryptoKey{Purpose: symmetric},
	})
	if err != nil {
		t.Fatal(err)
	}
	it := c.ListCryptoKeys(t.Context(), &kmspb.ListCryptoKeysRequest{Parent: ringName})
	for _, want := range []string{keyName, keyName + "2"} {
		if got, err := it.Next(); err != nil || got.GetName() != want || got.GetPrimary() == nil {
			t.Errorf("got %v, %v, want %s and its primary version", got, err, want)
		}
	}
	if got, err := it.Next(); err != iterator.Done {
		t.Errorf("got %v, %v, want the end", got, err)
	}
	_, err = c.ListCryptoKeys(t.Context(), &kmspb.ListCryptoKeysRequest{Parent: place + "/keyRings/none"}).Next()
	wantStatus(t, err, codes.NotFound, "keyRings/none")
	if got, err := c.ListCryptoKeys(t.Context(), &kmspb.ListCryptoKeysRequest{Parent: place + "/keyRings/r3"}).Next(); err != iterator.Done {
		t.Errorf("got %v, %v, want no key", got, err)
	}
}
