package gcs_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	raw "google.golang.org/api/storage/v1"
)

func TestUnservedSettingsAreRefusedByName(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "o"), "data", nil)
	for _, tt := range []struct{ verb, path, body, name string }{
		{"POST", "/storage/v1/b?project=p&predefinedAcl=private", `{"name":"new"}`, "predefinedAcl"},
		{"POST", "/storage/v1/b?project=p", `{"name":"new","hierarchicalNamespace":{"enabled":true}}`, "hierarchicalNamespace"},
		{"POST", "/storage/v1/b?project=p", `{"name":"new","billing":{"requesterPays":true}}`, "billing.requesterPays"},
		{"POST", "/storage/v1/b?project=p", `{"name":"new","ipFilter":{"mode":"Enabled"}}`, "ipFilter"},
		{"POST", "/storage/v1/b?project=p", `{"name":"new","retention":"1"}`, "retention"},
		{"POST", "/storage/v1/b?project=p", `{"name":"new","acl":[{"entity":"allUsers","role":"READER"}]}`, "acl"},
		{"PATCH", "/storage/v1/b/plain?predefinedDefaultObjectAcl=private", `{}`, "predefinedDefaultObjectAcl"},
		{"PATCH", "/storage/v1/b/plain", `{"retentionPeriod":"1"}`, "retentionPeriod"},
		{"PUT", "/storage/v1/b/plain", `{"defaultObjectAcl":[{"entity":"allUsers","role":"READER"}]}`, "defaultObjectAcl"},
		{"GET", "/storage/v1/b/plain?projection=some", "", "projection"},
		{"GET", "/storage/v1/b?project=p&softDeleted=true", "", "softDeleted"},
		{"GET", "/storage/v1/b/plain/o?includeFoldersAsPrefixes=true", "", "includeFoldersAsPrefixes"},
		{"GET", "/storage/v1/b/plain/o?maxResult=1", "", "maxResult"},
		{"POST", "/upload/storage/v1/b/plain/o?uploadType=media&name=new&predefinedAcl=private", "x", "predefinedAcl"},
		{"POST", "/storage/v1/b/plain/o", `{"name":"new","kmsKey":"k"}`, "kmsKey"},
		{"POST", "/storage/v1/b/plain/o", `{"name":"new","acl":[{"entity":"allUsers","role":"READER"}]}`, "acl"},
		{"PATCH", "/storage/v1/b/plain/o/o", `{"type":"x"}`, "type"},
		{"PATCH", "/storage/v1/b/plain/o/o", `{"acl":[{"entity":"allUsers","role":"READER"}]}`, "acl"},
		{"POST", "/storage/v1/b/plain/o/new/compose", `{"sources":[]}`, "sources"},
		{"POST", "/storage/v1/b/plain/o/new/compose", `{"sourceObjects":[{"name":"o"}],"destination":{"type":"x"}}`, "type"},
		{"POST", "/storage/v1/b/plain/o/o/rewriteTo/b/plain/o/new?destinationPredefinedAcl=private", `{}`, "destinationPredefinedAcl"},
	} {
		r := c.do(t, tt.verb, tt.path, map[string]string{"Content-Type": "application/json"}, tt.body)
		if text := body(t, r); r.StatusCode != http.StatusBadRequest || !strings.Contains(text, tt.name) {
			t.Errorf("%s %s %s: got %s %s, want 400 with %s", tt.verb, tt.path, tt.body, r.Status, text, tt.name)
		}
	}
	wantNoObject(t, c.object("plain", "new"))
}

// Google's clients send a resource back as they read it.
func TestFullProjectionHasOwnersAndMayBeSentBack(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "o"), "data", nil)
	o, err := c.raw.Objects.Get("plain", "o").Projection("full").Do()
	if err != nil || o.Owner == nil || o.Owner.Entity != "user-owner@loopback.test" || len(o.Acl) != 4 {
		t.Fatalf("got %+v, %v, want an owner and four access controls", o, err)
	}
	if _, err := c.raw.Objects.Update("plain", "o", o).Do(); err != nil {
		t.Errorf("send the object back: got %v", err)
	}
	b, err := c.raw.Buckets.Get("plain").Projection("full").Do()
	if err != nil || b.Owner == nil || !strings.HasPrefix(b.Owner.Entity, "project-owners-") || len(b.Acl) != 3 || len(b.DefaultObjectAcl) != 3 {
		t.Fatalf("got %+v, %v, want an owner and access controls", b, err)
	}
	if sent, err := c.raw.Buckets.Update("plain", b).Do(); err != nil || sent.Metageneration != b.Metageneration {
		t.Errorf("send the bucket back: got %+v, %v, want it unchanged", sent, err)
	}
	if o, err = c.raw.Objects.Get("plain", "o").Do(); err != nil || o.Owner != nil || o.Acl != nil {
		t.Errorf("got %+v, %v, want no owner without the projection", o, err)
	}
	c.bucket(t, "uniform", &storage.BucketAttrs{UniformBucketLevelAccess: storage.UniformBucketLevelAccess{Enabled: true}})
	if b, err = c.raw.Buckets.Get("uniform").Projection("full").Do(); err != nil || b.Owner != nil || b.Acl != nil {
		t.Errorf("got %+v, %v, want no owner with uniform access", b, err)
	}
}

func TestPatchWithoutChangeKeepsTheMetageneration(t *testing.T) {
	c := newCloud(t)
	for _, patch := range []string{`{}`, `{"location":"us-central1"}`, `{"labels":null}`} {
		r := c.do(t, "PATCH", "/storage/v1/b/keyed", nil, patch)
		if text := body(t, r); r.StatusCode != 200 || !strings.Contains(text, `"metageneration":"1"`) {
			t.Errorf("%s: got %s %s, want metageneration 1", patch, r.Status, text)
		}
	}
}

func TestAutoclassHasItsTimes(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "auto", &storage.BucketAttrs{Location: "us-central1", Autoclass: &storage.Autoclass{Enabled: true}})
	a, err := c.Bucket("auto").Attrs(t.Context())
	if err != nil || !a.Autoclass.ToggleTime.Equal(c.clock.Now().Truncate(time.Millisecond)) || a.Autoclass.TerminalStorageClass != "NEARLINE" ||
		a.Autoclass.TerminalStorageClassUpdateTime.IsZero() {
		t.Fatalf("got %+v, %v", a.Autoclass, err)
	}
	c.clock.advance(time.Hour)
	class := "ARCHIVE"
	b, err := c.Bucket("auto").Update(t.Context(), storage.BucketAttrsToUpdate{Autoclass: &storage.Autoclass{Enabled: true, TerminalStorageClass: class}})
	if err != nil || !b.Autoclass.ToggleTime.Equal(a.Autoclass.ToggleTime) || !b.Autoclass.TerminalStorageClassUpdateTime.After(a.Autoclass.TerminalStorageClassUpdateTime) {
		t.Errorf("got %+v, %v, want a later time of the terminal class only", b.Autoclass, err)
	}
}

func TestCustomTimeNeverGoesBack(t *testing.T) {
	c := newCloud(t)
	o, now := c.object("plain", "o"), c.clock.Now()
	mustWrite(t, o, "data", func(w *storage.Writer) { w.CustomTime = now })
	for _, tt := range []struct {
		at time.Time
		ok bool
	}{{now.Add(-time.Second), false}, {now, true}, {now.Add(time.Hour), true}, {now, false}} {
		if _, err := o.Update(t.Context(), storage.ObjectAttrsToUpdate{CustomTime: tt.at}); (err == nil) != tt.ok {
			t.Errorf("set %v: got %v, want it allowed: %v", tt.at, err, tt.ok)
		}
	}
	if _, err := c.raw.Objects.Patch("plain", "o", &raw.Object{NullFields: []string{"CustomTime"}}).Do(); err == nil {
		t.Error("got the custom time removed")
	}
}

func TestEmptyContentTypeIsKept(t *testing.T) {
	c := newCloud(t)
	for name, data := range map[string]string{"multipart": "x", "resumable": strings.Repeat("x", 600<<10)} {
		a := mustWrite(t, c.object("plain", name), data, func(w *storage.Writer) { w.ForceEmptyContentType = true })
		if a.ContentType != "" {
			t.Errorf("%s: got content type %q, want none", name, a.ContentType)
		}
	}
}

func TestCopiesAndComposesKeepContexts(t *testing.T) {
	c := newCloud(t)
	context := func(name string) *storage.ObjectContexts {
		return &storage.ObjectContexts{Custom: map[string]storage.ObjectCustomContextPayload{name: {Value: "v"}}}
	}
	for _, name := range []string{"a", "b"} {
		mustWrite(t, c.object("plain", name), "data", func(w *storage.Writer) { w.Contexts = context(name) })
	}
	for name, tt := range map[string]struct {
		do   func() (*raw.Object, error)
		want string
	}{
		"compose": {func() (*raw.Object, error) { return compose(c, nil).Do() }, "a,b"},
		"compose with others": {func() (*raw.Object, error) {
			return compose(c, &raw.ObjectContexts{Custom: map[string]raw.ObjectCustomContextPayload{"c": {Value: "v"}}}).Do()
		}, "c"},
		"compose that drops": {func() (*raw.Object, error) { return compose(c, nil).DropContextGroups("custom").Do() }, ""},
		"rewrite": {func() (*raw.Object, error) {
			r, err := c.raw.Objects.Rewrite("plain", "a", "plain", "x", &raw.Object{ContentType: "x"}).Do()
			return r.Resource, err
		}, "a"},
		"rewrite that drops": {func() (*raw.Object, error) {
			r, err := c.raw.Objects.Rewrite("plain", "a", "plain", "x", &raw.Object{}).DropContextGroups("custom").Do()
			return r.Resource, err
		}, ""},
	} {
		o, err := tt.do()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, n := range []string{"a", "b", "c"} {
			if o.Contexts != nil && o.Contexts.Custom[n].Value != "" {
				got = append(got, n)
			}
		}
		if strings.Join(got, ",") != tt.want {
			t.Errorf("%s: got contexts %q, want %q", name, got, tt.want)
		}
	}
}

func compose(c *cloud, contexts *raw.ObjectContexts) *raw.ObjectsComposeCall {
	return c.raw.Objects.Compose("plain", "x", &raw.ComposeRequest{Destination: &raw.Object{Contexts: contexts},
		SourceObjects: []*raw.ComposeRequestSourceObjects{{Name: "a"}, {Name: "b"}}})
}

// Python's client sends the key of the object that it read, which is a version, in the body of a rewrite.
func TestRewriteAcceptsTheKeyInItsBodyToo(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("keyed", "o"), "data", nil)
	for body, want := range map[string]string{key: otherKey + version1, key + version1: otherKey + version1} {
		r, err := c.raw.Objects.Rewrite("keyed", "o", "keyed", "x", &raw.Object{KmsKeyName: body}).DestinationKmsKeyName(otherKey).Do()
		if err != nil || r.Resource.KmsKeyName != want {
			t.Errorf("key %s in the body: got %+v, %v, want %s", body, r, err, want)
		}
	}
	r, err := c.raw.Objects.Rewrite("keyed", "o", "keyed", "x", &raw.Object{KmsKeyName: otherKey + version1, StorageClass: "NEARLINE"}).Do()
	if err != nil || r.Resource.KmsKeyName != key+version1 || r.Resource.StorageClass != "NEARLINE" {
		t.Errorf("got %+v, %v, want the bucket's default key and the new class", r, err)
	}
}

func TestChangesOfOneObjectAreLimited(t *testing.T) {
	c := newCloud(t)
	c.server.LimitChanges(2)
	upload := func(name string) error {
		_, err := c.raw.Objects.Insert("plain", &raw.Object{Name: name}).Media(strings.NewReader("x")).Do()
		return err
	}
	for i, want := range []bool{true, true, false} {
		err := upload("o")
		if (err == nil) != want {
			t.Errorf("change %d: got %v, want it allowed: %v", i+1, err, want)
		}
		if !want {
			wantError(t, err, 429, "rateLimitExceeded")
			if !strings.Contains(err.Error(), "The object plain/o exceeded the rate limit for object mutation operations (create, update, and delete).") {
				t.Errorf("got %v, want Google's text", err)
			}
		}
	}
	if err := upload("other"); err != nil {
		t.Errorf("another object: got %v", err)
	}
	wantError(t, c.raw.Objects.Delete("plain", "o").Do(), 429, "rateLimitExceeded")
	c.clock.advance(time.Second)
	if err := c.raw.Objects.Delete("plain", "o").Do(); err != nil {
		t.Errorf("after a second: got %v", err)
	}
	_, err := c.raw.Objects.Patch("plain", "other", &raw.Object{ContentType: "a"}).Do()
	if err != nil {
		t.Errorf("the second change of another object: got %v", err)
	}
}

func TestClientsThatRetryUnservedCallsEnd(t *testing.T) {
	c := newCloud(t)
	if _, err := c.Bucket("plain").ACL().List(t.Context()); err == nil || !strings.Contains(err.Error(), "storage.bucketAccessControls.list") {
		t.Errorf("got %v, want the name of the call", err)
	}
}

// The configuration applies to every way of creating an object, also from objects that are older than it.
func TestEnforcementAppliesToComposeMoveAndRestore(t *testing.T) {
	c := newCloud(t)
	for _, name := range []string{"a", "b"} {
		mustWrite(t, c.object("plain", name), "data", nil)
	}
	gone := mustWrite(t, c.object("plain", "gone"), "data", nil).Generation
	if err := c.object("plain", "gone").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Bucket("plain").Update(t.Context(), storage.BucketAttrsToUpdate{
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: storage.FullyRestricted}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = compose(c, nil).Do()
	wantError(t, err, 412, "conditionNotMet")
	_, err = c.object("plain", "a").Move(t.Context(), storage.MoveObjectDestination{Object: "x"})
	wantError(t, err, 412, "conditionNotMet")
	_, err = c.object("plain", "gone").Generation(gone).Restore(t.Context(), &storage.RestoreOptions{})
	wantError(t, err, 412, "conditionNotMet")
	if o, err := compose(c, nil).KmsKeyName(key).Do(); err != nil || o.KmsKeyName != key+version1 {
		t.Errorf("compose with a key: got %+v, %v", o, err)
	}
	wantData(t, c.object("plain", "a"), "data")
}
