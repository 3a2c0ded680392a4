// Package retention lets tests write to buckets of the loopback cloud that keep every object: by a retention policy, by holds
// or by the retention of each object.
package retention

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// Period is how long the objects of a protected bucket are kept that are not under a hold.
const Period = 24 * time.Hour

// Protection is one way in which a bucket keeps its objects.
type Protection struct {
	// Name names the protection.
	Name string
	// Until is how a text about an object says until when it is kept.
	Until string

	protect func(testing.TB, *cmektest.Cloud, *storage.BucketHandle)
}

// Policy is a bucket's retention policy.
func Policy() Protection {
	return Protection{"retention policy", retained(), updated(storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: Period}})}
}

// All returns all protections.
func All() []Protection {
	return []Protection{
		Policy(),
		{"locked retention policy", retained(), lock},
		{"default event-based hold", "kept until its event-based hold is released: gcloud storage objects update 'gs://",
			updated(storage.BucketAttrsToUpdate{DefaultEventBasedHold: true})},
		{"temporary holds", "kept until its temporary hold is released: gcloud storage objects update 'gs://",
			func(t testing.TB, c *cmektest.Cloud, b *storage.BucketHandle) {
				onCreate(t, c, b, storage.ObjectAttrsToUpdate{TemporaryHold: true})
			}},
		{"locked object retention", retained(), retainObjects},
	}
}

// Protect makes an empty bucket keep every object that is created in it from now on.
func (p Protection) Protect(t testing.TB, c *cmektest.Cloud, bucket string) {
	t.Helper()
	p.protect(t, c, c.StorageClient().Bucket(bucket))
}

func retained() string { return "kept until " + time.Now().Add(Period).UTC().Format("2006-01-02T") }

func updated(u storage.BucketAttrsToUpdate) func(testing.TB, *cmektest.Cloud, *storage.BucketHandle) {
	return func(t testing.TB, _ *cmektest.Cloud, b *storage.BucketHandle) {
		t.Helper()
		if _, err := b.Update(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
}

func lock(t testing.TB, c *cmektest.Cloud, b *storage.BucketHandle) {
	t.Helper()
	Policy().protect(t, c, b)
	attrs, err := b.Attrs(t.Context())
	if err == nil {
		err = b.If(storage.BucketConditions{MetagenerationMatch: attrs.MetaGeneration}).LockRetentionPolicy(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// retainObjects creates the bucket again, because object retention is enabled when a bucket is created.
func retainObjects(t testing.TB, c *cmektest.Cloud, b *storage.BucketHandle) {
	t.Helper()
	attrs, err := b.Attrs(t.Context())
	if err == nil {
		err = b.Delete(t.Context())
	}
	if err == nil {
		err = b.SetObjectRetention(true).Create(t.Context(), cmektest.Project, &storage.BucketAttrs{Location: attrs.Location})
	}
	if err != nil {
		t.Fatal(err)
	}
	onCreate(t, c, b, storage.ObjectAttrsToUpdate{Retention: &storage.ObjectRetention{Mode: "Locked", RetainUntil: time.Now().Add(Period)}})
}

// onCreate changes the settings of every object when it is created, as a function does that a bucket's notifications call.
func onCreate(t testing.TB, c *cmektest.Cloud, b *storage.BucketHandle, u storage.ObjectAttrsToUpdate) {
	change := func(_ emulator.Method, resource string) {
		name, here := strings.CutPrefix(resource, "gs://"+b.BucketName()+"/")
		if !here {
			return
		}
		if _, err := b.Object(name).Update(context.Background(), u); err != nil {
			t.Errorf("%s: %v", resource, err)
		}
	}
	for _, method := range []emulator.Method{"storage.objects.insert", "storage.objects.rewrite"} {
		c.Inject(emulator.Fault{Method: method, OnEffect: change, Optional: true})
	}
}

// Warnings collects what is logged through Beam during a test.
type Warnings struct {
	mu   sync.Mutex
	text []string
}

// CollectWarnings returns the warnings that are logged from now on until the end of the test.
func CollectWarnings(t testing.TB) *Warnings {
	w := &Warnings{}
	log.SetLogger(w)
	t.Cleanup(func() { log.SetLogger(&log.Structural{}) })
	return w
}

// Log keeps a warning. Beam calls it.
func (w *Warnings) Log(_ context.Context, sev log.Severity, _ int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if sev >= log.SevWarn && strings.Contains(text, "refused to delete") {
		w.text = append(w.text, text)
	}
}

// Take returns the warnings about objects that could not be deleted since the last call.
func (w *Warnings) Take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.text
	w.text = nil
	return text
}

// RequireOne fails unless one warning was logged since the last call. It must name these objects of a bucket and no others,
// and say until when they are kept.
func (w *Warnings) RequireOne(t testing.TB, p Protection, bucket string, names []string) {
	t.Helper()
	got := w.Take()
	if len(got) != 1 {
		t.Fatalf("got warnings %q, want one", got)
	}
	for _, name := range names {
		if !strings.Contains(got[0], "gs://"+bucket+"/"+name+" (") {
			t.Errorf("got warning %q, want it to name %s", got[0], name)
		}
	}
	for _, want := range []string{fmt.Sprintf("%d in all", len(names)), p.Until, "gcloud storage rm --recursive 'gs://" + bucket + "/"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("got warning %q, want %q in it", got[0], want)
		}
	}
}
