package gcs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

func TestEmulatorVariable(t *testing.T) {
	c := newCloud(t)
	t.Setenv("STORAGE_EMULATOR_HOST", c.url)
	client, err := storage.NewClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	o := client.Bucket("keyed").Object("o")
	if got := mustWrite(t, o, "data", nil).KMSKeyName; got != key+version1 {
		t.Errorf("got key %q", got)
	}
	wantData(t, o, "data")
}

func TestLedgerHasTheKeyOfEachObject(t *testing.T) {
	c := newCloud(t)
	from := mustWrite(t, c.object("keyed", "from"), "12345", nil)
	c.clock.advance(time.Minute)
	asked := mustWrite(t, c.object("plain", "asked"), "123", withKey(otherKey))
	copier := c.object("plain", "copy").CopierFrom(c.object("keyed", "from"))
	copier.DestinationKMSKeyName = otherKey
	copied, err := copier.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	composed, err := c.object("keyed", "all").ComposerFrom(c.object("keyed", "from"), c.object("keyed", "from")).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.clock.advance(time.Minute)
	again := mustWrite(t, c.object("plain", "asked"), "", nil)
	if err := c.object("keyed", "from").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	restored, err := c.object("keyed", "from").Generation(from.Generation).Restore(t.Context(), &storage.RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	version, other := mustVersion(t, key+version1), mustVersion(t, otherKey+version1)
	start := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	one, two := start.Add(time.Minute), start.Add(2*time.Minute)
	want := []core.Entry{
		{Time: start, Method: "insert", Name: "gs://keyed/from", Generation: from.Generation, Size: 5, Key: version, Deleted: two},
		{Time: one, Method: "insert", Name: "gs://plain/asked", Generation: asked.Generation, Size: 3, Key: other, KeyAsked: true, Deleted: two},
		{Time: one, Method: "rewrite", Name: "gs://plain/copy", Generation: copied.Generation, Size: 5, Key: other, KeyAsked: true},
		{Time: one, Method: "compose", Name: "gs://keyed/all", Generation: composed.Generation, Size: 10, Key: version},
		{Time: two, Method: "insert", Name: "gs://plain/asked", Generation: again.Generation},
		{Time: two, Method: "restore", Name: "gs://keyed/from", Generation: restored.Generation, Size: 5, Key: version},
	}
	for i := range want {
		want[i].Method = "storage.objects." + want[i].Method
		want[i].Service, want[i].Kind, want[i].Project = "storage", "object", project
	}
	if diff := cmp.Diff(want, objectsMade(c), cmp.Comparer(func(a, b cmekpipe.KeyVersionName) bool { return a == b }),
		cmp.Comparer(func(a, b cmekpipe.KeyName) bool { return a == b })); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
}

func TestLedgerHoldsBuckets(t *testing.T) {
	c := newCloud(t)
	if err := c.Bucket("plain").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries := c.env.Ledger.Entries()
	if len(entries) != 2 {
		t.Fatalf("got %d entries, want 2", len(entries))
	}
	plain, keyed := entries[0], entries[1]
	if plain.Name != "gs://plain" || plain.Kind != "bucket" || plain.Method != "storage.buckets.insert" || plain.KeyName.Valid() || plain.Deleted.IsZero() {
		t.Errorf("got %+v", plain)
	}
	if keyed.Name != "gs://keyed" || keyed.KeyName.String() != key || !keyed.KeyAsked || !keyed.Deleted.IsZero() || keyed.Project != project {
		t.Errorf("got %+v", keyed)
	}
}

func mustVersion(t *testing.T, name string) cmekpipe.KeyVersionName {
	t.Helper()
	v, err := cmekpipe.ParseKeyVersionName(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFaultsAffectEveryMethod(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("keyed", "a/b"), "data", nil)
	generation := mustWrite(t, c.object("keyed", "soft"), "data", nil).Generation
	if err := c.object("keyed", "soft").Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	drop := func(_ any, err error) error { return err }
	o := c.object("keyed", "a/b")
	for _, tc := range []struct {
		method, resource string
		call             func(context.Context) error
	}{
		{"storage.buckets.insert", "gs://", func(ctx context.Context) error { return c.Bucket("new").Create(ctx, project, nil) }},
		{"storage.buckets.get", "gs://keyed", func(ctx context.Context) error { return drop(c.Bucket("keyed").Attrs(ctx)) }},
		{"storage.buckets.list", "gs://", func(ctx context.Context) error { return drop(c.Buckets(ctx, project).Next()) }},
		{"storage.buckets.patch", "gs://keyed", func(ctx context.Context) error {
			return drop(c.Bucket("keyed").Update(ctx, storage.BucketAttrsToUpdate{VersioningEnabled: true}))
		}},
		{"storage.buckets.lockRetentionPolicy", "gs://keyed", func(ctx context.Context) error {
			return c.Bucket("keyed").If(storage.BucketConditions{MetagenerationMatch: 1}).LockRetentionPolicy(ctx)
		}},
		{"storage.buckets.delete", "gs://keyed", func(ctx context.Context) error { return c.Bucket("keyed").Delete(ctx) }},
		{"storage.buckets.testIamPermissions", "gs://keyed", func(ctx context.Context) error {
			return drop(c.Bucket("keyed").IAM().TestPermissions(ctx, []string{"x"}))
		}},
		{"storage.projects.serviceAccount.get", "gs://", func(ctx context.Context) error { return drop(c.ServiceAccount(ctx, project)) }},
		{"storage.objects.insert", "gs://keyed/new", func(ctx context.Context) error { return drop(write(ctx, c.object("keyed", "new"), "data", nil)) }},
		{"storage.objects.get", "gs://keyed/a/b", func(ctx context.Context) error { return drop(o.Attrs(ctx)) }},
		{"storage.objects.get", "gs://keyed/a/b", func(ctx context.Context) error { return drop(read(ctx, o)) }},
		{"storage.objects.list", "gs://keyed", func(ctx context.Context) error { return drop(c.Bucket("keyed").Objects(ctx, nil).Next()) }},
		{"storage.objects.patch", "gs://keyed/a/b", func(ctx context.Context) error {
			return drop(o.Update(ctx, storage.ObjectAttrsToUpdate{ContentType: "x"}))
		}},
		{"storage.objects.delete", "gs://keyed/a/b", func(ctx context.Context) error { return o.Delete(ctx) }},
		{"storage.objects.compose", "gs://keyed/new", func(ctx context.Context) error { return drop(c.object("keyed", "new").ComposerFrom(o).Run(ctx)) }},
		{"storage.objects.rewrite", "gs://plain/new", func(ctx context.Context) error { return drop(c.object("plain", "new").CopierFrom(o).Run(ctx)) }},
		{"storage.objects.move", "gs://keyed/new", func(ctx context.Context) error {
			return drop(o.Move(ctx, storage.MoveObjectDestination{Object: "new"}))
		}},
		{"storage.objects.restore", "gs://keyed/soft", func(ctx context.Context) error {
			return drop(c.object("keyed", "soft").Generation(generation).Restore(ctx, &storage.RestoreOptions{}))
		}},
	} {
		t.Run(tc.method, func(t *testing.T) {
			ledger := len(c.env.Ledger.Entries())
			armed := c.env.Faults.Add(core.Fault{Method: tc.method, Resource: tc.resource, Status: 418})
			defer armed.Remove()
			wantStatus(t, tc.call(t.Context()), 418)
			if n := len(c.env.Ledger.Entries()); n != ledger {
				t.Errorf("got %d new entries in the ledger, want no effect", n-ledger)
			}
		})
	}
	wantData(t, o, "data")
}

func TestInjectedStatusesHaveGooglesReasons(t *testing.T) {
	c := newCloud(t)
	for status, reason := range map[int]string{
		400: "invalid", 401: "authError", 403: "forbidden", 404: "notFound", 409: "conflict", 412: "conditionNotMet",
		429: "rateLimitExceeded", 503: "backendError",
	} {
		armed := c.env.Faults.Add(core.Fault{Method: "storage.buckets.get", Status: status})
		_, err := c.raw.Buckets.Get("plain").Do()
		wantError(t, err, status, reason)
		armed.Remove()
	}
}

func TestMalformedBodies(t *testing.T) {
	c := newCloud(t)
	mustWrite(t, c.object("plain", "o"), "data", nil)
	for _, tc := range []struct{ method, path, body string }{
		{"POST", "/storage/v1/b?project=p", "{"}, {"POST", "/storage/v1/b?project=p", `{"name":5}`}, {"POST", "/storage/v1/b?project=p", ""},
		{"PATCH", "/storage/v1/b/plain", "[]"}, {"PATCH", "/storage/v1/b/plain", `{"labels":5}`}, {"PUT", "/storage/v1/b/plain", "5"},
		{"PATCH", "/storage/v1/b/plain", `{"encryption":{"defaultKmsKeyName":5}}`}, {"PATCH", "/storage/v1/b/plain/o/o", "{}{}"},
		{"PATCH", "/storage/v1/b/plain/o/o", `{"metadata":5}`}, {"PUT", "/storage/v1/b/plain/o/o", "["},
		{"POST", "/storage/v1/b/plain/o/to/compose", "["}, {"POST", "/storage/v1/b/plain/o/to/compose", `{"sourceObjects":[null]}`},
		{"POST", "/storage/v1/b/plain/o/to/compose", "null"}, {"POST", "/storage/v1/b/plain/o/o/rewriteTo/b/plain/o/to", "5"},
		{"POST", "/storage/v1/b/plain/o", "{"}, {"POST", "/storage/v1/b/plain/o", `{"name":"x","md5Hash":"x"}`},
		{"POST", "/storage/v1/b/plain/o/to/compose", `{"sourceObjects":[{"name":"o"}],"destination":{"crc32c":"x"}}`},
	} {
		r := c.do(t, tc.method, tc.path, nil, tc.body)
		if got := body(t, r); r.StatusCode != 400 || !strings.Contains(got, `"reason"`) {
			t.Errorf("%s %s %s: got %s, %s, want 400", tc.method, tc.path, tc.body, r.Status, got)
		}
	}
	if got := names(t, c, "plain", nil); got != "o" {
		t.Errorf("got objects %q, want only what was there", got)
	}
	r := c.do(t, "POST", "/storage/v1/b/plain/o/o", map[string]string{"X-HTTP-Method-Override": "PATCH"}, `{"contentType":"x"}`)
	if got := body(t, r); r.StatusCode != 200 || !strings.Contains(got, `"contentType":"x"`) {
		t.Errorf("method override: got %s, %s", r.Status, got)
	}
}

func TestResetComesAfterTheEffect(t *testing.T) {
	c := newCloud(t)
	c.env.Faults.Add(core.Fault{Method: "storage.objects.insert", Reset: true, Call: 1})
	if _, err := write(t.Context(), c.object("keyed", "o"), "data", nil); err == nil {
		t.Error("got no error, want a broken connection")
	}
	wantData(t, c.object("keyed", "o"), "data")
}

func TestManyClientsAtOnce(t *testing.T) {
	c := newCloud(t)
	ctx := t.Context()
	var all sync.WaitGroup
	won := make([]bool, 8)
	for worker := range won {
		all.Go(func() {
			o := c.object("keyed", fmt.Sprint("own", worker))
			for i := range 10 {
				data := noise(worker*1000 + i)
				if _, err := write(ctx, o, data, func(w *storage.Writer) { w.ChunkSize = 256 * kib }); err != nil {
					t.Error(err)
				}
				if got, err := read(ctx, o); err != nil || got != data {
					t.Errorf("got %d bytes, %v", len(got), err)
				}
				if _, err := c.Bucket("keyed").Objects(ctx, nil).Next(); err != nil {
					t.Error(err)
				}
				update := storage.BucketAttrsToUpdate{}
				update.SetLabel("worker", fmt.Sprint(worker, "-", i))
				if _, err := c.Bucket("keyed").Update(ctx, update); err != nil {
					t.Error(err)
				}
			}
			_, err := write(ctx, c.object("keyed", "one").If(storage.Conditions{DoesNotExist: true}), "data", nil)
			won[worker] = err == nil
		})
	}
	all.Wait()
	winners := 0
	for _, w := range won {
		if w {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("got %d uploads that met ifGenerationMatch=0, want 1", winners)
	}
	a, err := c.Bucket("keyed").Attrs(ctx)
	if err != nil || a.MetaGeneration != 81 {
		t.Errorf("got metageneration %d, %v, want 81: no update is lost", a.MetaGeneration, err)
	}
}

func TestCloseEndsOpenRequests(t *testing.T) {
	c := newCloud(t)
	w := c.object("keyed", "o").NewWriter(t.Context())
	w.ChunkSize = 0
	if _, err := io.WriteString(w, "half"); err != nil {
		t.Fatal(err)
	}
	if err := c.server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("got no error of an upload to a closed server")
	}
	if n := len(objectsMade(c)); n != 0 {
		t.Errorf("got %d objects, want none", n)
	}
}

func TestKeyErrorsOfAnotherKindAreInternal(t *testing.T) {
	c := newCloud(t)
	c.env.Keys = brokenKeys{}
	_, err := c.raw.Objects.Insert("keyed", nil).Name("o").Do()
	wantError(t, err, 500, "internalError")
}

// brokenKeys is a Cloud KMS that returns an unknown error.
type brokenKeys struct{ core.Keys }

func (brokenKeys) Wrap(context.Context, string, cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	return cmekpipe.KeyVersionName{}, errors.New("broken")
}
