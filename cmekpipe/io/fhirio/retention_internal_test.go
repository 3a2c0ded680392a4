package fhirio

import (
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/retention"
)

// eachProtection runs a test with a folder of temporary files for each protection.
func eachProtection(t *testing.T, test func(*testing.T, *scratch, retention.Protection)) {
	for _, p := range retention.All() {
		t.Run(p.Name, func(t *testing.T) {
			s := newScratch(t)
			p.Protect(t, s.Cloud, "scratch")
			test(t, s, p)
		})
	}
}

func TestSweepSucceedsWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, s *scratch, p retention.Protection) {
		w := retention.CollectWarnings(t)
		f := s.writer()
		names := slices.Concat(s.bundle(f), s.bundle(f), s.bundle(s.writer()))
		for range 2 { // the runner lost the first answer
			if err := s.sweep(names...); err != nil {
				t.Fatal(err)
			}
			w.RequireOne(t, p, "scratch", names)
		}
	})
}

func TestRemovalSucceedsWhereNothingCanBeDeleted(t *testing.T) {
	eachProtection(t, func(t *testing.T, s *scratch, p retention.Protection) {
		w := retention.CollectWarnings(t)
		names := slices.Concat(s.bundle(s.writer()), s.bundle(s.writer()))
		f := &removeFn{Temp: s.temp}
		if err := f.Setup(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer f.Teardown()
		for _, name := range names {
			if err := f.ProcessElement(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		w.RequireOne(t, p, "scratch", names[:1])
	})
}

func TestDeadLetterIsKeptWhereNothingCanBeReplaced(t *testing.T) {
	eachProtection(t, func(t *testing.T, s *scratch, _ retention.Protection) {
		s.keepDeadLetter(t)
	})
}

// keepDeadLetter keeps a file that failed, twice, and fails unless there is one copy of it with the right key.
func (s *scratch) keepDeadLetter(t *testing.T) {
	t.Helper()
	key := s.CreateKey("us-central1", "failed")
	f := &deadLetterFn{Temp: s.temp, DeadLetter: key.MustObject("gs://scratch/failed")}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer f.Teardown()
	name := s.bundle(s.writer())[0]
	for range 2 { // the runner lost the first answer
		var messages, done []string
		err := f.ProcessElement(t.Context(), name, "bad data", func(m string) { messages = append(messages, m) }, func(n string) { done = append(done, n) })
		if err != nil {
			t.Fatal(err)
		}
		copied := "gs://scratch/failed/" + baseName(name)
		if len(messages) != 1 || !strings.Contains(messages[0], copied) || !slices.Equal(done, []string{name}) {
			t.Errorf("got messages %q and %q, want one about %s", messages, done, copied)
		}
		attrs, err := s.StorageClient().Bucket("scratch").Object("failed/" + baseName(name)).Attrs(t.Context())
		if err != nil || !strings.HasPrefix(attrs.KMSKeyName, key.String()+"/") {
			t.Errorf("got key %v, %v, want %s", attrs, err, key)
		}
	}
}

// An object of the same name that is not encrypted with the key does not count as the copy.
func TestDeadLetterWithoutTheKeyIsReplaced(t *testing.T) {
	s := newScratch(t)
	f := &deadLetterFn{Temp: s.temp, DeadLetter: s.temp.Key().MustObject("gs://scratch/failed")}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer f.Teardown()
	name := s.bundle(s.writer())[0]
	s.WriteObject("gs://scratch/failed/"+baseName(name), []byte("bare"))
	if err := f.ProcessElement(t.Context(), name, "bad data", func(string) {}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	attrs, err := s.StorageClient().Bucket("scratch").Object("failed/" + baseName(name)).Attrs(t.Context())
	if err != nil || attrs.KMSKeyName == "" {
		t.Errorf("got key %v, %v, want one", attrs, err)
	}
}

func TestSweepLeavesNoVersion(t *testing.T) {
	s := newScratch(t)
	if _, err := s.StorageClient().Bucket("scratch").Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.sweep(s.bundle(s.writer())...); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Ledger() {
		if e.Kind == "object" && e.Deleted.IsZero() {
			t.Errorf("got %s left, want none", e.Name)
		}
	}
}
