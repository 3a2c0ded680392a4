package shards

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/retention"
)

func (l *life) bucket() *storage.BucketHandle { return l.StorageClient().Bucket("bank-records") }

func (l *life) protect(p retention.Protection) { p.Protect(l.t, l.Cloud, "bank-records") }

// eachProtection runs a test in a life for each protection.
func eachProtection(t *testing.T, test func(*testing.T, *life, retention.Protection)) {
	for _, p := range retention.All() {
		t.Run(p.Name, func(t *testing.T) {
			l := newLife(t)
			l.protect(p)
			test(t, l, p)
		})
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
	eachProtection(t, func(t *testing.T, l *life, p retention.Protection) {
		w := retention.CollectWarnings(t)
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
			w.RequireOne(t, p, "bank-records", temp)
		}
		l.requireKeyAsked()
	})
}

func TestOneObjectIsWrittenWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, p retention.Protection) {
		w := retention.CollectWarnings(t)
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
			w.RequireOne(t, p, "bank-records", temp)
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
	eachProtection(t, func(t *testing.T, l *life, p retention.Protection) {
		w := retention.CollectWarnings(t)
		part := l.pane("a", "b")
		for range 2 {
			l.finish(part)
			l.requireFiles(map[string]string{paneFile: "a b "})
			w.RequireOne(t, p, "bank-records", []string{part.Name})
		}
		l.finish(l.pane("job2"))
		l.requireFiles(map[string]string{paneFile: "a b ", paneFile + "-2": "job2 "})
	})
}

// A pane has many shards, and a job many panes: a warning for each would fill the log.
func TestDeletePaneWarnsOnce(t *testing.T) {
	l := newLife(t)
	l.protect(retention.Policy())
	w := retention.CollectWarnings(t)
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
	if got := w.Take(); len(got) != 1 {
		t.Errorf("got %d warnings %q, want one", len(got), got)
	}
}

// A killed attempt leaves shards that can be neither deleted nor replaced; the next one completes the publication.
func TestNextAttemptCompletesWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, _ retention.Protection) {
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
	eachProtection(t, func(t *testing.T, l *life, p retention.Protection) {
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
			if want := strings.Split(p.Until, ":")[0]; !strings.Contains(e.Hint, want) {
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
	l.protect(retention.Policy())
	l.publishOlder()
	now = now.Add(retention.Period + time.Hour)
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
		RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: retention.Period}}); err != nil {
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
	l.protect(retention.Policy())
	l.Inject(emulator.Fault{Method: "storage.objects.insert", Call: 1, Reset: true})
	if err := l.publish(t.Context(), l.threeParts()); err != nil {
		t.Fatal(err)
	}
	l.requireLines(3, "a", "b", "c", "d")
}

// With temporary objects in another bucket nothing is left, whatever the bucket of the shards keeps.
func TestNothingIsLeftWithATemporaryFolderElsewhere(t *testing.T) {
	eachProtection(t, func(t *testing.T, l *life, _ retention.Protection) {
		w := retention.CollectWarnings(t)
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
		if got := w.Take(); len(got) != 0 {
			t.Errorf("got warnings %q, want none", got)
		}
	})
}
