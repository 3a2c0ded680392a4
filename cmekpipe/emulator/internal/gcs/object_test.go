package gcs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
	raw "google.golang.org/api/storage/v1"
)

func TestUpdateChangesOnlyWhatItNames(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	made := mustWrite(t, o, "data", func(w *storage.Writer) {
		w.ContentType, w.CacheControl, w.Metadata = "text/x", "no-store", map[string]string{"a": "1", "b": "2"}
	})
	c.clock.advance(time.Hour)
	c.keys.set(key, 1, "DISABLED") // metadata need no key
	got, err := o.Update(t.Context(), storage.ObjectAttrsToUpdate{ContentType: "", ContentLanguage: "de"})
	if err != nil {
		t.Fatal(err)
	}
	if got.ContentType != "" || got.ContentLanguage != "de" || got.CacheControl != "no-store" || got.Metadata["a"] != "1" {
		t.Errorf("got %+v", got)
	}
	if got.Generation != made.Generation || got.Metageneration != 2 || !got.Updated.After(got.Created) || got.KMSKeyName != made.KMSKeyName {
		t.Errorf("got generation %d, metageneration %d, updated %s, key %s", got.Generation, got.Metageneration, got.Updated, got.KMSKeyName)
	}
	if got, err = o.Update(t.Context(), storage.ObjectAttrsToUpdate{Metadata: map[string]string{}}); err != nil || len(got.Metadata) != 0 {
		t.Errorf("got %v, %v, want no metadata", got, err)
	}
	replaced, err := c.raw.Objects.Update("keyed", "o", &raw.Object{ContentType: "text/y"}).Do()
	if err != nil || replaced.ContentType != "text/y" || replaced.CacheControl != "" || replaced.Metageneration != 4 {
		t.Errorf("update: got %+v, %v", replaced, err)
	}
	if made.Metadata["a"] != "1" {
		t.Error("the first answer changed")
	}
}

// conditioned are all calls that accept preconditions on an object, by a query. The object is in bucket "plain".
func TestPreconditionsOfEveryCall(t *testing.T) {
	calls := map[string]struct{ method, path, body string }{
		"get":       {"GET", "/storage/v1/b/plain/o/o?", ""},
		"media":     {"GET", "/storage/v1/b/plain/o/o?alt=media&", ""},
		"insert":    {"POST", "/upload/storage/v1/b/plain/o?uploadType=media&name=o&", "data"},
		"resumable": {"POST", "/upload/storage/v1/b/plain/o?uploadType=resumable&name=o&", "{}"},
		"patch":     {"PATCH", "/storage/v1/b/plain/o/o?", "{}"},
		"update":    {"PUT", "/storage/v1/b/plain/o/o?", "{}"},
		"delete":    {"DELETE", "/storage/v1/b/plain/o/o?", ""},
		"compose":   {"POST", "/storage/v1/b/plain/o/o/compose?", `{"sourceObjects":[{"name":"other"}]}`},
		"rewrite":   {"POST", "/storage/v1/b/plain/o/other/rewriteTo/b/plain/o/o?", ""},
		"copy":      {"POST", "/storage/v1/b/plain/o/other/copyTo/b/plain/o/o?", ""},
		"move":      {"POST", "/storage/v1/b/plain/o/other/moveTo/o/o?", ""},
	}
	sources := map[string]struct{ method, path, body string }{
		"rewrite": {"POST", "/storage/v1/b/plain/o/o/rewriteTo/b/plain/o/to?", ""},
		"copy":    {"POST", "/storage/v1/b/plain/o/o/copyTo/b/plain/o/to?", ""},
		"move":    {"POST", "/storage/v1/b/plain/o/o/moveTo/o/to?", ""},
	}
	for _, tc := range []struct {
		name, query string
		holds       bool
	}{
		{"generation", "GenerationMatch=$GEN", true},
		{"other generation", "GenerationMatch=1", false},
		{"must not exist", "GenerationMatch=0", false},
		{"not generation", "GenerationNotMatch=$GEN", false},
		{"not another generation", "GenerationNotMatch=1", true},
		{"must exist", "GenerationNotMatch=0", true},
		{"metageneration", "MetagenerationMatch=1", true},
		{"other metageneration", "MetagenerationMatch=2", false},
		{"not metageneration", "MetagenerationNotMatch=1", false},
		{"not another metageneration", "MetagenerationNotMatch=2", true},
	} {
		try := func(how, prefix string, call struct{ method, path, body string }) {
			t.Run(tc.name+"/"+prefix+how, func(t *testing.T) {
				c := newCloud(t)
				mustWrite(t, c.object("plain", "other"), "other", nil)
				generation := mustWrite(t, c.object("plain", "o"), "data", nil).Generation
				query := strings.ReplaceAll(prefix+tc.query, "$GEN", formatInt(generation))
				r := c.do(t, call.method, call.path+query, nil, call.body)
				want := 200
				switch {
				case !tc.holds && call.method == "GET" && strings.Contains(tc.query, "NotMatch"):
					want = 304
				case !tc.holds:
					want = 412
				case how == "delete":
					want = 204
				}
				if r.StatusCode != want {
					t.Errorf("got %s, want %d", r.Status, want)
				}
				if !tc.holds {
					wantData(t, c.object("plain", "o"), "data")
				}
			})
		}
		for how, call := range calls {
			try(how, "if", call)
		}
		for how, call := range sources {
			try(how, "ifSource", call)
		}
	}
}

func TestPreconditionsWithoutAnObject(t *testing.T) {
	c := newCloud(t)
	o := c.object("plain", "o")
	for _, conditions := range []storage.Conditions{{GenerationMatch: 1}, {MetagenerationMatch: 1}} {
		_, err := write(t.Context(), o.If(conditions), "data", nil)
		wantError(t, err, 412, "conditionNotMet")
	}
	wantNoObject(t, o)
	mustWrite(t, o.If(storage.Conditions{DoesNotExist: true}), "data", nil)
	if err := c.object("plain", "none").If(storage.Conditions{GenerationMatch: 1}).Delete(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("delete of nothing: got %v, want ErrObjectNotExist", err)
	}
	if _, err := c.object("plain", "none").Update(t.Context(), storage.ObjectAttrsToUpdate{ContentType: "x"}); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("update of nothing: got %v, want ErrObjectNotExist", err)
	}
}

func TestGenerationsOnlyGrow(t *testing.T) {
	c := newCloud(t)
	o := c.object("plain", "o")
	last := int64(0)
	for range 5 { // the clock stands still
		g := mustWrite(t, o, "data", nil).Generation
		if g <= last {
			t.Fatalf("got generation %d after %d", g, last)
		}
		last = g
	}
	c.clock.advance(time.Hour)
	if g := mustWrite(t, o, "data", nil).Generation; g != c.clock.Now().UnixMicro() {
		t.Errorf("got generation %d, want the clock's %d", g, c.clock.Now().UnixMicro())
	}
	c.clock.advance(-2 * time.Hour)
	if g := mustWrite(t, o, "data", nil).Generation; g != c.clock.Now().Add(2*time.Hour).UnixMicro()+1 {
		t.Errorf("got generation %d after the clock went back, want the next number", g)
	}
}

func TestVersioningKeepsOverwrittenObjects(t *testing.T) {
	c := newCloud(t)
	versioned(t, c)
	o := c.object("versioned", "o")
	first := mustWrite(t, o, "first", withKey(key)).Generation
	second := mustWrite(t, o, "second", nil).Generation
	wantData(t, o.Generation(first), "first")
	a, err := o.Generation(first).Attrs(t.Context())
	if err != nil || a.Deleted.IsZero() || a.KMSKeyName != key+version1 {
		t.Errorf("noncurrent: got %+v, %v", a, err)
	}
	if err := o.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNoObject(t, o)
	wantData(t, o.Generation(second), "second")
	if err := c.Bucket("versioned").Delete(t.Context()); err == nil {
		t.Error("delete of a bucket with noncurrent objects: got no error")
	}
	if err := o.Generation(first).Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNoObject(t, o.Generation(first))
	if _, err := o.Generation(first).SoftDeleted().Attrs(t.Context()); err != nil {
		t.Errorf("soft-deleted: got %v", err)
	}
}

func TestSoftDelete(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	first := mustWrite(t, o, "first", nil)
	second := mustWrite(t, o, "second", nil)
	if err := o.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := o.Generation(first.Generation).SoftDeleted().Attrs(t.Context())
	if err != nil || a.SoftDeleteTime.IsZero() || a.HardDeleteTime.Sub(a.SoftDeleteTime) != 7*24*time.Hour || a.KMSKeyName != key+version1 {
		t.Errorf("got %+v, %v", a, err)
	}
	if _, err := o.Generation(9).SoftDeleted().Attrs(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("unknown generation: got %v", err)
	}
	if got := names(t, c, "keyed", &storage.Query{SoftDeleted: true}); got != "o o" {
		t.Errorf("list: got %q, want both generations", got)
	}
	c.keys.set(key, 1, "DISABLED")
	_, err = o.Generation(first.Generation).Restore(t.Context(), &storage.RestoreOptions{})
	wantError(t, err, 400, "cloudKmsDisabledKey")
	wantNoObject(t, o)
	c.keys.set(key, 1, "")
	_, err = o.Generation(first.Generation).If(storage.Conditions{GenerationMatch: 5}).Restore(t.Context(), &storage.RestoreOptions{})
	wantError(t, err, 412, "conditionNotMet")
	restored, err := o.Generation(first.Generation).Restore(t.Context(), &storage.RestoreOptions{})
	if err != nil || restored.Generation <= second.Generation || restored.KMSKeyName != first.KMSKeyName || !restored.SoftDeleteTime.IsZero() {
		t.Fatalf("restore: got %+v, %v", restored, err)
	}
	wantData(t, o, "first")
	c.clock.advance(7*24*time.Hour - time.Second)
	if got := names(t, c, "keyed", &storage.Query{SoftDeleted: true}); got != "o o" {
		t.Errorf("just before the end: got %q, want both generations", got)
	}
	c.clock.advance(time.Second)
	if _, err := o.Generation(first.Generation).SoftDeleted().Attrs(t.Context()); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("after the end: got %v, want ErrObjectNotExist", err)
	}
	wantData(t, o, "first")
}

func TestWithoutPolicyDeletedObjectsAreGone(t *testing.T) {
	c := newCloud(t)
	c.bucket(t, "hard", &storage.BucketAttrs{SoftDeletePolicy: &storage.SoftDeletePolicy{}})
	o := c.object("hard", "o")
	generation := mustWrite(t, o, "data", nil).Generation
	if err := o.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := o.Generation(generation).SoftDeleted().Attrs(t.Context())
	wantError(t, err, 400, "invalid")
	_, err = o.Generation(generation).Restore(t.Context(), &storage.RestoreOptions{})
	wantError(t, err, 400, "invalid")
	_, err = c.raw.Objects.List("hard").SoftDeleted(true).Do()
	wantError(t, err, 400, "invalid")
}

func TestSoftDeletedNeedsAGenerationAndHasNoData(t *testing.T) {
	c := newCloud(t)
	for path, method := range map[string]string{
		"/storage/v1/b/plain/o/o?softDeleted=true":                        "GET",
		"/storage/v1/b/plain/o/o?softDeleted=true&generation=1&alt=media": "GET",
		"/storage/v1/b/plain/o/o?generation=0":                            "GET",
		"/storage/v1/b/plain/o/o?generation=x":                            "DELETE",
		"/storage/v1/b/plain/o/o/restore":                                 "POST",
	} {
		if r := c.do(t, method, path, nil, ""); r.StatusCode != 400 {
			t.Errorf("%s: got %s, want 400", path, r.Status)
		}
	}
}

func TestRestoreIsEnforced(t *testing.T) {
	c := newCloud(t)
	o := c.object("plain", "o")
	generation := mustWrite(t, o, "data", nil).Generation
	if err := o.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Bucket("plain").Update(t.Context(), storage.BucketAttrsToUpdate{
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: storage.FullyRestricted},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Generation(generation).Restore(t.Context(), &storage.RestoreOptions{})
	wantError(t, err, 412, "conditionNotMet")
}

func TestMoveKeepsDataAndKey(t *testing.T) {
	c := newCloud(t)
	o := c.object("keyed", "o")
	made := mustWrite(t, o, "data", func(w *storage.Writer) { w.KMSKeyName, w.ContentType = otherKey, "text/x" })
	c.keys.rotate(otherKey)
	moved, err := o.Move(t.Context(), storage.MoveObjectDestination{Object: "a/new"})
	if err != nil || moved.KMSKeyName != otherKey+version1 || moved.ContentType != "text/x" || moved.Generation <= made.Generation {
		t.Fatalf("got %+v, %v", moved, err)
	}
	wantNoObject(t, o)
	wantData(t, c.object("keyed", "a/new"), "data")
	if _, err := o.Move(t.Context(), storage.MoveObjectDestination{Object: "b"}); !errors.Is(err, storage.ErrObjectNotExist) {
		t.Errorf("move of nothing: got %v", err)
	}
}

// names lists the names of objects and prefixes, in the order in which they come.
func names(t *testing.T, c *cloud, bucket string, q *storage.Query) string {
	t.Helper()
	var got []string
	it := c.Bucket(bucket).Objects(t.Context(), q)
	for {
		o, err := it.Next()
		if err == iterator.Done {
			return strings.Join(got, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, o.Name+o.Prefix)
	}
}
