package kms_test

import (
	"testing"
	"time"

	"cloud.google.com/go/kms/apiv1/kmspb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	versionName = keyName + "/cryptoKeyVersions/1"

	enabled   = kmspb.CryptoKeyVersion_ENABLED
	disabled  = kmspb.CryptoKeyVersion_DISABLED
	scheduled = kmspb.CryptoKeyVersion_DESTROY_SCHEDULED
	destroyed = kmspb.CryptoKeyVersion_DESTROYED
)

func updateState(name string, state kmspb.CryptoKeyVersion_CryptoKeyVersionState) *kmspb.UpdateCryptoKeyVersionRequest {
	return &kmspb.UpdateCryptoKeyVersionRequest{
		CryptoKeyVersion: &kmspb.CryptoKeyVersion{Name: name, State: state},
		UpdateMask:       &fieldmaskpb.FieldMask{Paths: []string{"state"}},
	}
}

func (c *cloud) destroy(name string) error {
	_, err := c.DestroyCryptoKeyVersion(c.t.Context(), &kmspb.DestroyCryptoKeyVersionRequest{Name: name})
	return err
}

func (c *cloud) restore(name string) error {
	_, err := c.RestoreCryptoKeyVersion(c.t.Context(), &kmspb.RestoreCryptoKeyVersionRequest{Name: name})
	return err
}

func (c *cloud) wantState(want kmspb.CryptoKeyVersion_CryptoKeyVersionState) *kmspb.CryptoKeyVersion {
	c.t.Helper()
	v, err := c.GetCryptoKeyVersion(c.t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: versionName})
	if err != nil || v.GetState() != want {
		c.t.Fatalf("got %v, %v, want state %s", v, err, want)
	}
	return v
}

func TestVersionPassesThroughItsStates(t *testing.T) {
	c := withKey(t)
	step := func(err error, want kmspb.CryptoKeyVersion_CryptoKeyVersionState) *kmspb.CryptoKeyVersion {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c.wantState(want)
	}
	step(c.setState(versionName, disabled), disabled)
	step(c.setState(versionName, enabled), enabled)
	v := step(c.destroy(versionName), scheduled)
	due := c.clock.read().Add(30 * 24 * time.Hour)
	if !v.GetDestroyTime().AsTime().Equal(due) {
		t.Errorf("got destroy time %v, want %v", v.GetDestroyTime().AsTime(), due)
	}
	wantStatus(t, c.destroy(versionName), codes.FailedPrecondition, "current state is: DESTROY_SCHEDULED.")
	wantStatus(t, c.setState(versionName, enabled), codes.FailedPrecondition, "current state is: DESTROY_SCHEDULED.")
	if v := step(c.restore(versionName), disabled); v.GetDestroyTime() != nil {
		t.Errorf("got destroy time %v, want none after the restoration", v.GetDestroyTime())
	}
	wantStatus(t, c.restore(versionName), codes.FailedPrecondition, "current state is: DISABLED.")

	step(c.destroy(versionName), scheduled)
	due = c.clock.read().Add(30 * 24 * time.Hour)
	c.clock.advance(30*24*time.Hour - 1)
	c.wantState(scheduled)
	c.clock.advance(time.Hour)
	v = c.wantState(destroyed)
	if !v.GetDestroyEventTime().AsTime().Equal(due) || v.GetDestroyTime() != nil {
		t.Errorf("got %v, want it destroyed when it was due, %v", v, due)
	}
	wantStatus(t, c.restore(versionName), codes.FailedPrecondition, "current state is: DESTROYED.")
	wantStatus(t, c.setState(versionName, enabled), codes.FailedPrecondition, "current state is: DESTROYED.")
}

func TestBadVersionUpdatesAreRefused(t *testing.T) {
	c := withKey(t)
	wantStatus(t, c.setState(versionName, scheduled), codes.InvalidArgument, "DESTROY_SCHEDULED")
	wantStatus(t, c.setState(keyName, disabled), codes.InvalidArgument, keyName)
	wantStatus(t, c.setState(keyName+"/cryptoKeyVersions/0", disabled), codes.InvalidArgument, "/0")
	wantStatus(t, c.setState(keyName+"/cryptoKeyVersions/2", disabled), codes.NotFound, "/2")
	noMask := updateState(versionName, disabled)
	noMask.UpdateMask = nil
	_, err := c.UpdateCryptoKeyVersion(t.Context(), noMask)
	wantStatus(t, err, codes.InvalidArgument, "update_mask")
	c.wantState(enabled)
}

func TestListCryptoKeyVersionsPages(t *testing.T) {
	c := withKey(t)
	for range 2 {
		if _, err := c.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{Parent: keyName}); err != nil {
			t.Fatal(err)
		}
	}
	it := c.ListCryptoKeyVersions(t.Context(), &kmspb.ListCryptoKeyVersionsRequest{Parent: keyName, PageSize: 2})
	for _, id := range []string{"1", "2", "3"} {
		if got, err := it.Next(); err != nil || got.GetName() != keyName+"/cryptoKeyVersions/"+id {
			t.Errorf("got %v, %v, want version %s", got, err, id)
		}
	}
	if got, err := it.Next(); err != iterator.Done {
		t.Errorf("got %v, %v, want the end", got, err)
	}
}

func TestKeyRotatesByTheClock(t *testing.T) {
	c := start(t)
	c.createRing("r")
	first := c.clock.read().Add(24 * time.Hour)
	c.createKey("k", &kmspb.CryptoKey{
		Purpose: symmetric, NextRotationTime: timestamppb.New(first),
		RotationSchedule: &kmspb.CryptoKey_RotationPeriod{RotationPeriod: durationpb.New(48 * time.Hour)},
	})
	for _, tt := range []struct {
		advance time.Duration
		primary string
		next    time.Time
	}{
		{24*time.Hour - 1, "1", first},
		{1, "2", first.Add(48 * time.Hour)},
		{47 * time.Hour, "2", first.Add(48 * time.Hour)},
		{5 * 24 * time.Hour, "5", first.Add(4 * 48 * time.Hour)}, // several are due
	} {
		c.clock.advance(tt.advance)
		got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
		if err != nil || got.GetPrimary().GetName() != keyName+"/cryptoKeyVersions/"+tt.primary || !got.GetNextRotationTime().AsTime().Equal(tt.next) {
			t.Errorf("at %v: got %v, %v, want primary version %s and the next at %v", c.clock.read(), got, err, tt.primary, tt.next)
		}
	}
	v, err := c.GetCryptoKeyVersion(t.Context(), &kmspb.GetCryptoKeyVersionRequest{Name: keyName + "/cryptoKeyVersions/2"})
	if err != nil || !v.GetCreateTime().AsTime().Equal(first) || v.GetState() != enabled {
		t.Errorf("got %v, %v, want it made when it was due and enabled still", v, err)
	}
}

func TestKeyWithoutPeriodRotatesOnce(t *testing.T) {
	c := withKey(t)
	next := timestamppb.New(c.clock.read().Add(time.Hour))
	if _, err := c.UpdateCryptoKey(t.Context(), update(&kmspb.CryptoKey{NextRotationTime: next}, "next_rotation_time")); err != nil {
		t.Fatal(err)
	}
	c.clock.advance(24 * 365 * time.Hour)
	got, err := c.GetCryptoKey(t.Context(), &kmspb.GetCryptoKeyRequest{Name: keyName})
	if err != nil || got.GetPrimary().GetName() != keyName+"/cryptoKeyVersions/2" || got.GetNextRotationTime() != nil {
		t.Errorf("got %v, %v, want one rotation", got, err)
	}
}

func TestExternalVersionsNameTheirKeyMaterial(t *testing.T) {
	c := start(t)
	c.createRing("r")
	create := func(id string, k *kmspb.CryptoKey) {
		t.Helper()
		_, err := c.CreateCryptoKey(t.Context(), &kmspb.CreateCryptoKeyRequest{
			Parent: ringName, CryptoKeyId: id, CryptoKey: k, SkipInitialVersionCreation: true,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	create("ekm", &kmspb.CryptoKey{Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_EXTERNAL, 0)})
	create("vpc", &kmspb.CryptoKey{
		Purpose: symmetric, VersionTemplate: template(kmspb.ProtectionLevel_EXTERNAL_VPC, 0), CryptoKeyBackend: place + "/ekmConnections/c",
	})
	create("own", &kmspb.CryptoKey{Purpose: symmetric, ImportOnly: true})
	create("k", &kmspb.CryptoKey{Purpose: symmetric})
	uri := &kmspb.ExternalProtectionLevelOptions{ExternalKeyUri: "https://ekm.example.com/v0/k"}
	path := &kmspb.ExternalProtectionLevelOptions{EkmConnectionKeyPath: "v0/k"}
	for _, tt := range []struct {
		id       string
		external *kmspb.ExternalProtectionLevelOptions
		want     codes.Code
	}{
		{"ekm", nil, codes.InvalidArgument},
		{"ekm", path, codes.InvalidArgument},
		{"ekm", uri, codes.OK},
		{"vpc", uri, codes.InvalidArgument},
		{"vpc", path, codes.OK},
		{"own", nil, codes.FailedPrecondition},
		{"k", uri, codes.InvalidArgument},
		{"k", nil, codes.OK},
	} {
		v, err := c.CreateCryptoKeyVersion(t.Context(), &kmspb.CreateCryptoKeyVersionRequest{
			Parent: ringName + "/cryptoKeys/" + tt.id, CryptoKeyVersion: &kmspb.CryptoKeyVersion{ExternalProtectionLevelOptions: tt.external},
		})
		if status.Code(err) != tt.want {
			t.Errorf("%s with %v: got %v, want %s", tt.id, tt.external, err, tt.want)
		}
		if err == nil && v.GetExternalProtectionLevelOptions().GetExternalKeyUri() != tt.external.GetExternalKeyUri() {
			t.Errorf("%s: got %v, want %v", tt.id, v, tt.external)
		}
	}
}
