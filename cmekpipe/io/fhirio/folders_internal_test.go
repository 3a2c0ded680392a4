package fhirio

import (
	"errors"
	"slices"
	"testing"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
)

// scratch is a folder of temporary files.
type scratch struct {
	*cmektest.Cloud
	t     *testing.T
	store cmekpipe.FHIRStore
	temp  cmekpipe.Object
}

func newScratch(t *testing.T) *scratch {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	const name = "projects/" + cmektest.Project + "/locations/us-central1/datasets/records/fhirStores/main"
	cloud.CreateFHIRStore(name, key)
	cloud.CreateBucket("scratch", "us-central1", cmekpipe.KeyName{})
	return &scratch{cloud, t, key.MustFHIRStore(name), key.MustObject("gs://scratch/fhir/")}
}

// writer is an instance of batchFn, as a worker has it.
func (s *scratch) writer() *batchFn {
	s.t.Helper()
	f := &batchFn{Store: s.store, Temp: s.temp}
	if err := f.Setup(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { f.Teardown() })
	return f
}

// bundle has an instance write a bundle, and returns the names that it emits.
func (s *scratch) bundle(f *batchFn) (names []string) {
	s.t.Helper()
	emit := func(name string) { names = append(names, name) }
	f.StartBundle(nil, nil)
	if err := f.ProcessElement(s.t.Context(), `{"resourceType":"Patient"}`, emit, nil); err != nil {
		s.t.Fatal(err)
	}
	if err := f.FinishBundle(s.t.Context(), emit, nil); err != nil {
		s.t.Fatal(err)
	}
	return names
}

// sweep is the end of a run in which files are done with.
func (s *scratch) sweep(names ...string) error {
	s.t.Helper()
	f := &sweepFn{Temp: s.temp}
	if err := f.Setup(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	defer f.Teardown()
	return f.ProcessElement(s.t.Context(), 0, nil, func(name *string) bool {
		if len(names) == 0 {
			return false
		}
		*name, names = names[0], names[1:]
		return true
	})
}

func (s *scratch) objects() (names []string) {
	s.t.Helper()
	for it := s.StorageClient().Bucket("scratch").Objects(s.t.Context(), &storage.Query{}); ; {
		attrs, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return names
		}
		if err != nil {
			s.t.Fatal(err)
		}
		names = append(names, attrs.Name)
	}
}

// Two runs of one template have one folder, and must not use each other's files.
func TestSweepRemovesWhatThisRunLeftAndNothingElse(t *testing.T) {
	s := newScratch(t)
	ours, twin, theirs := s.writer(), s.writer(), s.writer()
	s.bundle(ours) // finished, but the runner lost the answer
	done := slices.Concat(s.bundle(ours), s.bundle(ours), s.bundle(twin))
	kept := s.bundle(theirs)
	for range 2 { // a sweep may be repeated
		if err := s.sweep(done...); err != nil {
			t.Fatal(err)
		}
		if got := s.objects(); !slices.Equal(got, kept) {
			t.Errorf("got %q, want what another run needs, %q", got, kept)
		}
	}
	if err := s.sweep(kept...); err != nil {
		t.Fatal(err)
	}
	if got := s.objects(); len(got) != 0 {
		t.Errorf("got %q, want none", got)
	}
	for _, e := range s.Ledger() {
		if e.Kind == "object" && (!e.KeyAsked || e.ProtectedBy() != s.temp.Key()) {
			t.Errorf("%s: got key %v, asked for %v, want %v", e.Name, e.ProtectedBy(), e.KeyAsked, s.temp.Key())
		}
	}
}

func TestSweepRefusesWhatIsNoBatch(t *testing.T) {
	s := newScratch(t)
	s.WriteObject("gs://scratch/fhir/precious", []byte("of the user"))
	done := s.bundle(s.writer())
	for _, name := range []string{
		"", "fhir/precious", "fhir/.cmekpipe-temp-/a", "fhir/.cmekpipe-temp-id", "fhir/.cmekpipe-temp-id/", "fhir/.cmekpipe-temp-id/a/b",
		".cmekpipe-temp-id/a", "fhir2/.cmekpipe-temp-id/a",
	} {
		err := s.sweep(name)
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.Internal || e.Resource != s.temp.String() || e.Hint == "" {
			t.Errorf("%q: got %v, want %v about %s with a hint", name, err, cmekpipe.Internal, s.temp)
		}
	}
	if got, want := s.objects(), append(done, "fhir/precious"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
