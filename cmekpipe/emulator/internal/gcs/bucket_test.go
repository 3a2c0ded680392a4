package gcs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
	raw "google.golang.org/api/storage/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func TestBucketDefaultsAreGoogles(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "fresh-bucket", nil)
	a, err := c.Bucket("fresh-bucket").Attrs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Location != "US" || a.LocationType != "multi-region" || a.StorageClass != "STANDARD" || a.VersioningEnabled {
		t.Errorf("got %s, %s, %s, versioning %t", a.Location, a.LocationType, a.StorageClass, a.VersioningEnabled)
	}
	if a.SoftDeletePolicy == nil || a.SoftDeletePolicy.RetentionDuration != 7*24*time.Hour {
		t.Errorf("got soft delete policy %v, want 7 days", a.SoftDeletePolicy)
	}
	if a.Encryption != nil || a.UniformBucketLevelAccess.Enabled || a.MetaGeneration != 1 || !a.Created.Equal(c.clock.Now().Truncate(time.Millisecond)) {
		t.Errorf("got encryption %v, uniform access %v, metageneration %d, created %s", a.Encryption, a.UniformBucketLevelAccess, a.MetaGeneration, a.Created)
	}
	if a.ProjectNumber == 0 || a.Etag == "" {
		t.Errorf("got project number %d, etag %q, want some", a.ProjectNumber, a.Etag)
	}
}

func TestBucketKeepsItsSettings(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "settled", &storage.BucketAttrs{
		Location: "us-CENTRAL1", StorageClass: "NEARLINE", VersioningEnabled: true, Labels: map[string]string{"a": "b"},
		UniformBucketLevelAccess:                 storage.UniformBucketLevelAccess{Enabled: true},
		SoftDeletePolicy:                         &storage.SoftDeletePolicy{RetentionDuration: 0},
		Encryption:                               &storage.BucketEncryption{DefaultKMSKeyName: key},
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: storage.FullyRestricted},
	})
	a, err := c.Bucket("settled").Attrs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Location != "US-CENTRAL1" || a.LocationType != "region" || a.StorageClass != "NEARLINE" || !a.VersioningEnabled ||
		a.Labels["a"] != "b" || !a.UniformBucketLevelAccess.Enabled || a.Encryption.DefaultKMSKeyName != key {
		t.Errorf("got %+v", a)
	}
	if a.SoftDeletePolicy == nil || a.SoftDeletePolicy.RetentionDuration != 0 {
		t.Errorf("got soft delete policy %v, want none", a.SoftDeletePolicy)
	}
	if e := a.GoogleManagedEncryptionEnforcementConfig; e == nil || e.RestrictionMode != storage.FullyRestricted || e.EffectiveTime.IsZero() {
		t.Errorf("got enforcement %v, want fully restricted since now", e)
	}
}

func TestPatchChangesOnlyWhatItNames(t *testing.T) {
	c := newCloud(t)
	keyed := c.Bucket("keyed")
	update := storage.BucketAttrsToUpdate{VersioningEnabled: true}
	update.SetLabel("team", "x")
	a, err := keyed.Update(t.Context(), update)
	if err != nil {
		t.Fatal(err)
	}
	if !a.VersioningEnabled || a.Labels["team"] != "x" || a.Encryption.DefaultKMSKeyName != key || a.MetaGeneration != 2 {
		t.Errorf("got %+v", a)
	}
	remove := storage.BucketAttrsToUpdate{Encryption: &storage.BucketEncryption{}}
	remove.DeleteLabel("team")
	if a, err = keyed.Update(t.Context(), remove); err != nil || a.Encryption != nil || len(a.Labels) != 0 || !a.VersioningEnabled {
		t.Errorf("got %+v, %v, want neither key nor label", a, err)
	}
	if got := mustWrite(t, c.object("keyed", "o"), "data", nil).KMSKeyName; got != "" {
		t.Errorf("got key %q of a new object, want none", got)
	}
	if a, err = keyed.Update(t.Context(), storage.BucketAttrsToUpdate{Encryption: &storage.BucketEncryption{DefaultKMSKeyName: otherKey}}); err != nil || a.Encryption.DefaultKMSKeyName != otherKey {
		t.Errorf("got %v, %v, want the other key", a, err)
	}
	if got := mustWrite(t, c.object("keyed", "o"), "data", nil).KMSKeyName; got != otherKey+version1 {
		t.Errorf("got key %q of a new object, want the other key", got)
	}
}

func TestUpdateReplacesAllSettings(t *testing.T) {
	c := newCloud(t)
	b, err := c.raw.Buckets.Update("keyed", &raw.Bucket{Labels: map[string]string{"a": "b"}}).Do()
	if err != nil || b.Encryption != nil || b.Labels["a"] != "b" || b.Location != "US-CENTRAL1" || b.Name != "keyed" {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestDefaultKeyIsCheckedWhenItIsSet(t *testing.T) {
	c := newCloud(t)
	for _, tc := range []struct {
		name, location, key string
		status              int
		reason              string
	}{
		{"version", "us-central1", key + version1, 400, "cloudKmsBadKey"},
		{"another purpose", "us-central1", signingKey, 400, "cloudKmsBadKey"},
		{"another region", "us-central1", farKey, 400, "cloudKmsKeyLocationNotAllowed"},
		{"a region for a multi-region", "us", key, 400, "cloudKmsKeyLocationNotAllowed"},
		{"not there", "us-central1", missingKey, 400, "cloudKmsEncryptionKeyNotFound"},
		{"denied", "us-central1", deniedKey, 403, "forbidden"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			encryption := &storage.BucketEncryption{DefaultKMSKeyName: tc.key}
			err := c.Bucket("created").Create(t.Context(), project, &storage.BucketAttrs{Location: tc.location, Encryption: encryption})
			wantError(t, err, tc.status, tc.reason)
			if _, err := c.Bucket("created").Attrs(t.Context()); !errors.Is(err, storage.ErrBucketNotExist) {
				t.Errorf("got %v, want no bucket", err)
			}
			if tc.location != "us-central1" {
				return
			}
			_, err = c.Bucket("plain").Update(t.Context(), storage.BucketAttrsToUpdate{Encryption: encryption})
			wantError(t, err, tc.status, tc.reason)
			if a, err := c.Bucket("plain").Attrs(t.Context()); err != nil || a.Encryption != nil || a.MetaGeneration != 1 {
				t.Errorf("got %+v, %v, want an unchanged bucket", a, err)
			}
		})
	}
}

func TestEnforcementForbidsNewObjects(t *testing.T) {
	restricted := &storage.EncryptionEnforcementConfig{RestrictionMode: storage.FullyRestricted}
	for _, tc := range []struct {
		name    string
		attrs   storage.BucketAttrs
		key     string
		allowed bool
	}{
		{"Google-managed, no key", storage.BucketAttrs{GoogleManagedEncryptionEnforcementConfig: restricted}, "", false},
		{"Google-managed, named key", storage.BucketAttrs{GoogleManagedEncryptionEnforcementConfig: restricted}, key, true},
		{"customer-managed, no key", storage.BucketAttrs{CustomerManagedEncryptionEnforcementConfig: restricted}, "", true},
		{"customer-managed, named key", storage.BucketAttrs{CustomerManagedEncryptionEnforcementConfig: restricted}, key, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCloud(t)
			tc.attrs.Location = "us-central1"
			c.bucket(t, "enforcing", &tc.attrs)
			mustWrite(t, c.object("plain", "source"), "data", nil)
			for how, make := range makers(c) {
				if how == "compose" { // its setup is a rewrite, which has a case of its own
					continue
				}
				_, err := make(t.Context(), "enforcing", "o", tc.key)
				if tc.allowed {
					if err != nil {
						t.Errorf("%s: %v", how, err)
					}
					continue
				}
				wantError(t, err, 412, "conditionNotMet")
				wantNoObject(t, c.object("enforcing", "o"))
			}
		})
	}
}

func TestEnforcementModesAreChecked(t *testing.T) {
	c := newCloud(t)
	_, err := c.raw.Buckets.Insert(project, &raw.Bucket{Name: "mode", Encryption: &raw.BucketEncryption{
		GoogleManagedEncryptionEnforcementConfig: &raw.BucketEncryptionGoogleManagedEncryptionEnforcementConfig{RestrictionMode: "Half"},
	}}).Do()
	wantError(t, err, 400, "invalid")
}

func TestBucketNamesAndLocationsAreChecked(t *testing.T) {
	c := newCloud(t)
	for _, name := range []string{"ab", "Upper", "-dash", "dash-", "a..b", "google-x", "goog", "192.168.1.1", "sp ace", strings.Repeat("x", 64), strings.Repeat("x", 64) + ".com"} {
		err := c.Bucket(name).Create(t.Context(), project, nil)
		wantError(t, err, 400, "invalid")
	}
	for _, name := range []string{"abc", "a_b-c.d", strings.Repeat("x", 63), strings.Repeat("x", 63) + "." + strings.Repeat("y", 63)} {
		if err := c.Bucket(name).Create(t.Context(), project, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for place, want := range map[string]string{"eu": "multi-region", "nam4": "dual-region", "europe-west1": "region"} {
		name := "in-" + place
		c.bucket(t, name, &storage.BucketAttrs{Location: place})
		if a, err := c.Bucket(name).Attrs(t.Context()); err != nil || a.LocationType != want {
			t.Errorf("%s: got %v, %v, want %s", place, a, err, want)
		}
	}
	wantError(t, c.Bucket("nowhere").Create(t.Context(), project, &storage.BucketAttrs{Location: "moon"}), 400, "invalid")
	_, err := c.raw.Buckets.Patch("plain", &raw.Bucket{Location: "EU"}).Do()
	wantError(t, err, 400, "invalid")
	_, err = c.raw.Buckets.Insert("", &raw.Bucket{Name: "homeless"}).Do()
	wantError(t, err, 400, "required")
	err = c.Bucket("impatient").Create(t.Context(), project, &storage.BucketAttrs{SoftDeletePolicy: &storage.SoftDeletePolicy{RetentionDuration: time.Hour}})
	wantError(t, err, 400, "invalid")
}

func TestBucketsAreUniqueAndDeletedOnlyEmpty(t *testing.T) {
	c := newCloud(t)
	plain := c.Bucket("plain")
	wantError(t, plain.Create(t.Context(), project, nil), 409, "conflict")
	mustWrite(t, plain.Object("o"), "data", nil)
	wantError(t, plain.Delete(t.Context()), 409, "conflict")
	if err := plain.Object("o").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantError(t, plain.If(storage.BucketConditions{MetagenerationMatch: 9}).Delete(t.Context()), 412, "conditionNotMet")
	if err := plain.Delete(t.Context()); err != nil {
		t.Fatalf("with only soft-deleted objects: %v", err)
	}
	if _, err := plain.Attrs(t.Context()); !errors.Is(err, storage.ErrBucketNotExist) {
		t.Errorf("got %v, want ErrBucketNotExist", err)
	}
	if _, err := write(t.Context(), plain.Object("o"), "data", nil); err == nil {
		t.Error("write to a deleted bucket: got no error")
	}
	if _, err := read(t.Context(), plain.Object("o")); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("read from a deleted bucket: got %v", err)
	}
}

func TestBucketPreconditions(t *testing.T) {
	c := newCloud(t)
	plain := c.Bucket("plain")
	if _, err := plain.If(storage.BucketConditions{MetagenerationMatch: 1}).Attrs(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := plain.If(storage.BucketConditions{MetagenerationMatch: 2}).Attrs(t.Context())
	wantError(t, err, 412, "conditionNotMet")
	if r := c.do(t, "GET", "/storage/v1/b/plain?ifMetagenerationNotMatch=1", nil, ""); r.StatusCode != 304 {
		t.Errorf("got %s, want 304", r.Status)
	}
	_, err = plain.If(storage.BucketConditions{MetagenerationMatch: 2}).Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true})
	wantError(t, err, 412, "conditionNotMet")
}

func TestListBuckets(t *testing.T) {
	c := newCloud(t)
	for _, name := range []string{"list-3", "list-1", "list-2"} {
		c.bucket(t, name, nil)
	}
	if err := c.Bucket("list-of-others").Create(t.Context(), "other-project", nil); err != nil {
		t.Fatal(err)
	}
	it := c.Buckets(t.Context(), project)
	it.Prefix = "list-"
	pager := iterator.NewPager(it, 2, "")
	var got [][]string
	for token := "start"; token != ""; {
		var page []*storage.BucketAttrs
		var err error
		if token, err = pager.NextPage(&page); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, b := range page {
			names = append(names, b.Name)
		}
		got = append(got, names)
	}
	if len(got) != 2 || !slices.Equal(got[0], []string{"list-1", "list-2"}) || !slices.Equal(got[1], []string{"list-3"}) {
		t.Errorf("got %v, want two pages of the project's buckets", got)
	}
	_, err := c.raw.Buckets.List(project).PageToken("%").Do()
	wantError(t, err, 400, "invalid")
}

func TestServiceAccountIsTheAgentThatUsesKeys(t *testing.T) {
	c := newCloud(t)
	if got, err := c.ServiceAccount(t.Context(), project); err != nil || got != core.StorageAgent(project) {
		t.Errorf("got %s, %v, want %s", got, err, core.StorageAgent(project))
	}
}

func TestEverybodyMayDoEverything(t *testing.T) {
	c := newCloud(t)
	want := []string{"storage.buckets.get", "storage.objects.create"}
	if got, err := c.Bucket("plain").IAM().TestPermissions(t.Context(), want); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := c.Bucket("no-such").IAM().TestPermissions(t.Context(), want); err == nil {
		t.Error("got no error for a missing bucket")
	}
}

func TestUniformAccessHasNoLists(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "uniform", &storage.BucketAttrs{UniformBucketLevelAccess: storage.UniformBucketLevelAccess{Enabled: true}})
	_, err := write(t.Context(), c.object("uniform", "o"), "data", func(w *storage.Writer) { w.PredefinedACL = "private" })
	wantError(t, err, 400, "invalid")
	if !strings.Contains(err.Error(), "Cannot insert legacy ACL for an object when uniform bucket-level access is enabled.") {
		t.Errorf("got %v, want Google's text", err)
	}
}
