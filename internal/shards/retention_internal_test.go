package shards

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const day = 24 * time.Hour

// protections make the bucket of a life keep every object that is created in it.
func protections() map[string]func(*life) {
	update := func(u storage.BucketAttrsToUpdate) func(*life) {
		return func(l *life) {
			if _, err := l.bucket().Update(l.t.Context(), u); err != nil {
				l.t.Fatal(err)
			}
		}
	}
	policy := update(storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: day}})
	return map[string]func(*life){
		"retention policy": policy,
		"locked retention policy": func(l *life) {
			policy(l)
			if err := l.bucket().If(storage.BucketConditions{MetagenerationMatch: 2}).LockRetentionPolicy(l.t.Context()); err != nil {
				l.t.Fatal(err)
			}
		},
		"default event-based hold": update(storage.BucketAttrsToUpdate{DefaultEventBasedHold: true}),
		"temporary holds":          func(l *life) { l.onCreate(storage.ObjectAttrsToUpdate{TemporaryHold: true}) },
		"locked object retention": func(l *life) {
			if err := l.bucket().Delete(l.t.Context()); err != nil {
				l.t.Fatal(err)
			}
			if err := l.bucket().SetObjectRetention(true).Create(l.t.Context(), cmektest.Project, &storage.BucketAttrs{Location: "us-central1"}); err != nil {
				l.t.Fatal(err)
			}
			l.onCreate(storage.ObjectAttrsToUpdate{Retention: &storage.ObjectRetention{Mode: "Locked", RetainUntil: time.Now().Add(day)}})
		},
	}
}

// until is what the log says about the objects that a protection keeps.
func until(protection string) string {
	switch protection {
	case "default event-based hold":
		return "kept until its event-based hold is released: gcloud storage objects update 'gs://bank-records/out/.cmekpipe-temp-"
	case "temporary holds":
		return "kept until its temporary hold is released: gcloud storage objects update 'gs://bank-records/out/.cmekpipe-temp-"
	}
	return "kept until " + time.Now().Add(day).UTC().Format("2006-01-02T")
}

func (l *life) bucket() *storage.BucketHandle { return l.StorageClient().Bucket("bank-records") }

// onCreate changes the settings of every object when it is created, as a function does that a bucket's notifications call.
func (l *life) onCreate(u storage.ObjectAttrsToUpdate) {
	change := func(_ emulator.Method, resource string) {
		name, here := strings.CutPrefix(resource, "gs://bank-records/")
		if !here {
			return
		}
		if _, err := l.bucket().Object(name).Update(context.Background(), u); err != nil {
			l.t.Errorf("%s: %v", resource, err)
		}
	}
	for _, method := range []emulator.Method{"storage.objects.insert", "storage.objects.rewrite"} {
		l.Inject(emulator.Fault{Method: method, OnEffect: change, Optional: true})
	}
}

// eachProtection runs a test in a life for each protection.
func eachProtection(t *testing.T, test func(*testing.T, *life, string)) {
	for name, protect := range protections() {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			protect(l)
			test(t, l, name)
		})
	}
}

// warnings collects what is logged during a test.
type warnings struct {
	mu   sync.Mutex
	text []string
}

func (w *warnings) Log(_ context.Context, sev log.Severity, _ int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if sev >= log.SevWarn {
		w.text = append(w.text, text)
	}
}

func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.text
	w.text = nil
	return text
}

func collectWarnings(t *testing.T) *warnings {
	w := &warnings{}
	log.SetLogger(w)
	t.Cleanup(func() { log.SetLogger(&log.Structural{}) })
	return w
}

// requireWarning fails unless one warning was logged since the last call that names the objects and says until when they stay.
func (w *warnings) requireWarning(t *testing.T, names []string, until string) {
	t.Helper()
	got := w.take()
	if len(got) != 1 {
		t.Fatalf("got warnings %q, want one", got)
	}
	for _, name := range names {
		if !strings.Contains(got[0], "gs://bank-records/"+name+" (") {
			t.Errorf("got warning %q, want it to name %s", got[0], name)
		}
	}
	for _, want := range []string{fmt.Sprintf("%d in all", len(names)), until, "gcloud storage rm --recursive 'gs://bank-records/out/.cmekpipe-temp-", "WithTempFolder"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("got warning %q, want %q in it", got[0], want)
		}
	}
}

// snapshot returns the generations of all final objects.
func (l *life) snapshot() map[string]int64 {
	l.t.Helper()
	generations := map[string]int64{}
	final, _ := l.names()
	for _, name := range final {
		attrs, err := l.bucket().Object(name).Attrs(l.t.Context())
		if err != nil {
			l.t.Fatal(err)
		}
		generations[name] = attrs.Generation
	}
	return generations
}

func TestWriteSucceedsWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, protection string) {
		w := collectWarnings(t)
		parts := l.threeParts()
		for range 2 { // the runner lost the first answer
			if err := l.publish(t.Context(), parts); err != nil {
				t.Fatal(err)
			}
			l.requireLines(3, "a", "b", "c", "d")
			_, temp := l.names()
			if len(temp) != 4 {
				t.Errorf("got temporary objects %q, want 3 and the witness", temp)
			}
			w.requireWarning(t, temp, until(protection))
		}
		l.requireKeyAsked()
	})
}

func TestOneObjectIsWrittenWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, protection string) {
		w := collectWarnings(t)
		part, err := l.numbered(iterate(drawn()), "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		f := l.publisher()
		f.Sharded = false
		for range 2 {
			if err := f.ProcessElement(t.Context(), 0, iterate(append(part, l.oneWitness(part[0]))...)); err != nil {
				t.Fatal(err)
			}
			final, temp := l.names()
			if !slices.Equal(final, []string{"out/lines"}) || len(temp) != 2 {
				t.Errorf("got %q and temporary %q, want the object, its part and the witness", final, temp)
			}
			w.requireWarning(t, temp, until(protection))
		}
	})
}

// oneWitness returns a witness, the same for the same part.
func (l *life) oneWitness(beside Part) Part {
	l.t.Helper()
	name := beside.Name + "w"
	attrs, err := l.bucket().Object(name).Attrs(l.t.Context())
	if err != nil {
		w := l.bucket().Object(name).NewWriter(l.t.Context())
		w.KMSKeyName = l.key.String()
		if err := w.Close(); err != nil {
			l.t.Fatal(err)
		}
		attrs = w.Attrs()
	}
	return Part{Shard: witness, Name: name, Generation: attrs.Generation, Size: attrs.Size, CRC32C: int64(attrs.CRC32C)}
}

func TestPaneIsPublishedWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, protection string) {
		w := collectWarnings(t)
		part := l.pane("a", "b")
		for range 2 {
			l.finish(part)
			l.requireFiles(map[string]string{paneFile: "a b "})
			w.requireWarning(t, []string{part.Name}, until(protection))
		}
		l.finish(l.pane("job2"))
		l.requireFiles(map[string]string{paneFile: "a b ", paneFile + "-2": "job2 "})
	})
}

// A pane has many shards, and a job many panes: a warning for each would fill the log.
func TestDeletePaneWarnsOnce(t *testing.T) {
	l := newLife(t)
	protections()["retention policy"](l)
	w := collectWarnings(t)
	f := &DeletePane{publishStep: l.publishing()}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer f.Teardown()
	for range 3 {
		if err := f.ProcessElement(t.Context(), l.pane("a")); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.take(); len(got) != 1 {
		t.Errorf("got %d warnings %q, want one", len(got), got)
	}
}

// A killed attempt leaves shards that can be neither deleted nor replaced; the next one completes the publication.
func TestNextAttemptCompletesWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, _ string) {
		parts := l.threeParts()
		dead := l.attempt(parts)
		if err := dead.copyShard(t.Context(), dead.shards[1]); err != nil {
			t.Fatal(err)
		}
		if err := l.publish(t.Context(), parts); err != nil {
			t.Fatal(err)
		}
		l.requireLines(3, "a", "b", "c", "d")
	})
}

// A run is refused before it publishes anything if it can't replace one of the shards of the run before.
func TestSecondRunIsRefusedWhereNothingCanBeReplaced(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, protection string) {
		kept := "out/lines-00002-of-00003" // the other names are free
		l.WriteObject("gs://bank-records/"+kept, []byte("older"))
		before := l.snapshot()
		parts := l.threeParts()
		for range 2 {
			err := l.publish(t.Context(), parts)
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != cmekpipe.PermissionDenied || e.Resource != "gs://bank-records/"+kept ||
				!strings.Contains(e.Hint, "another prefix") || strings.Contains(e.Error(), "may stay") {
				t.Fatalf("got %v, want the object that is kept and the advice to use another prefix", err)
			}
			if want := strings.Split(until(protection), ":")[0]; !strings.Contains(e.Hint, want) {
				t.Errorf("got hint %q, want %q in it", e.Hint, want)
			}
			if after := l.snapshot(); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("got %v after the refused run, want %v", after, before)
			}
		}
	})
}

// A nightly run replaces the shards of the night before, whose retention is over. An attempt is killed on the way, and what it
// copied is kept.
func TestNightlyRunUnderARetentionPolicy(t *testing.T) {
	now := time.Now()
	l := newLifeIn(t, cmektest.NewCloud(t, cmektest.WithClock(func() time.Time { return now })))
	protections()["retention policy"](l)
	l.publishOlder()
	now = now.Add(day + time.Hour)
	parts := l.threeParts()
	dead := l.attempt(parts)
	occupied, err := dead.listDestinations(t.Context())
	if err := errors.Join(err, each(occupied, func(s *shard) error { return dead.keepOlder(t.Context(), s) }),
		dead.copyShard(t.Context(), dead.shards[1])); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.publish(t.Context(), parts); err != nil {
			t.Fatal(err)
		}
		l.requireLines(3, "a", "b", "c", "d")
	}
}

// With versioning, what a retention policy keeps becomes noncurrent, so a second run can replace the first.
func TestSecondRunUnderARetentionPolicyWithVersioning(t *testing.T) {
	l := newLife(t)
	if _, err := l.bucket().Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true,
		RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: day}}); err != nil {
		t.Fatal(err)
	}
	l.publishOlder()
	if err := l.publish(t.Context(), l.threeParts()); err != nil {
		t.Fatal(err)
	}
	l.requireLines(3, "a", "b", "c", "d")
}

// The storage client repeats an upload whose answer was lost, and the repetition is refused.
func TestUploadIsCompleteThoughTheAnswerIsLostUnderARetentionPolicy(t *testing.T) {
	l := newLife(t)
	protections()["retention policy"](l)
	l.Inject(emulator.Fault{Method: "storage.objects.insert", Call: 1, Reset: true})
	if err := l.publish(t.Context(), l.threeParts()); err != nil {
		t.Fatal(err)
	}
	l.requireLines(3, "a", "b", "c", "d")
}

// With temporary objects in another bucket nothing is left, whatever the bucket of the shards keeps.
func TestNothingIsLeftWithATemporaryFolderElsewhere(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, _ string) {
		w := collectWarnings(t)
		l.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
		l.temp = l.CreateKey("us-central1", "work").MustObject("gs://bank-work/tmp")
		parts := l.threeParts()
		if err := l.publish(t.Context(), parts); err != nil {
			t.Fatal(err)
		}
		l.requireLines(3, "a", "b", "c", "d")
		l.finish(l.pane("pane"))
		if left := l.ListObjects("gs://bank-work/"); len(left) != 0 {
			t.Errorf("got %q, want none", left)
		}
		if got := w.take(); len(got) != 0 {
			t.Errorf("got warnings %q, want none", got)
		}
	})
}
