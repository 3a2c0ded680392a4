package shards

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const paneFile = "out/lines-global-pane-0-first-last-00000-of-00001"

// pane writes one shard of the first pane to a temporary object.
func (l *life) pane(lines ...string) (part Part) {
	l.t.Helper()
	f := &WritePane[string, lineFormat]{l.writing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	defer f.Teardown()
	err := f.ProcessElement(l.t.Context(), noPane(), globalWindow(), 0, iterate(lines...), func(p Part) { part = p })
	if err != nil {
		l.t.Fatal(err)
	}
	return part
}

// publishPane is one attempt at publishing a pane.
func (l *life) publishPane(part Part) (emitted []Part, err error) {
	l.t.Helper()
	f := &PublishPane{l.publishing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	defer f.Teardown()
	err = f.ProcessElement(l.t.Context(), part, func(p Part) { emitted = append(emitted, p) })
	return emitted, err
}

// deletePane is one attempt at deleting a pane's temporary object.
func (l *life) deletePane(part Part) error {
	l.t.Helper()
	f := &DeletePane{publishStep: l.publishing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	defer f.Teardown()
	return f.ProcessElement(l.t.Context(), part)
}

// finish publishes a pane and deletes its temporary object.
func (l *life) finish(part Part) {
	l.t.Helper()
	emitted, err := l.publishPane(part)
	if err != nil || len(emitted) != 1 || emitted[0] != part {
		l.t.Fatalf("got %v, %v, want %v", emitted, err, part)
	}
	if err := l.deletePane(part); err != nil {
		l.t.Fatal(err)
	}
}

// requireFiles fails unless the final names are these, with one line of text each, and all are encrypted with the key.
func (l *life) requireFiles(want map[string]string) {
	l.t.Helper()
	final, _ := l.names()
	for _, name := range final {
		got := strings.ReplaceAll(string(l.ReadObject("gs://bank-records/"+name)), "\n", " ")
		if got != want[name] {
			l.t.Errorf("%s: got %q, want %q", name, got, want[name])
		}
	}
	if len(final) != len(want) {
		l.t.Errorf("got %q, want %v", final, want)
	}
	l.requireKeyAsked()
}

func TestPaneOfAnotherJobIsNotReplaced(t *testing.T) {
	l := newLife(t)
	for _, lines := range [][]string{{"job1"}, {"job2", "more"}, {"job1"}} { // the third has the bytes of the first
		l.finish(l.pane(lines...))
	}
	l.requireFiles(map[string]string{paneFile: "job1 ", paneFile + "-2": "job2 more ", paneFile + "-3": "job1 "})
	for _, name := range []string{paneFile, paneFile + "-2"} {
		if !IsShard("out/lines", name) {
			t.Errorf("IsShard(%q) = false, want true", name)
		}
	}
	if _, temp := l.names(); len(temp) != 0 {
		t.Errorf("got temporary objects %q, want none", temp)
	}
}

// The grouping before WritePane may emit a pane again with more elements; only the parts of one attempt are published.
func TestRetriedPaneIsPublishedOnce(t *testing.T) {
	l := newLife(t)
	l.pane("a") // its worker died before the result was kept
	part := l.pane("a", "b")
	for range 2 { // the runner lost the first answer
		if _, err := l.publishPane(part); err != nil {
			t.Fatal(err)
		}
		l.requireFiles(map[string]string{paneFile: "a b "})
	}
	for range 2 {
		if err := l.deletePane(part); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRetriedPaneIsPublishedOnceBehindAnotherJobs(t *testing.T) {
	l := newLife(t)
	l.finish(l.pane("job1"))
	part := l.pane("job2")
	for range 2 {
		if _, err := l.publishPane(part); err != nil {
			t.Fatal(err)
		}
		l.requireFiles(map[string]string{paneFile: "job1 ", paneFile + "-2": "job2 "})
	}
}

func TestLateAttemptAtAPaneChangesNothing(t *testing.T) {
	l := newLife(t)
	late := l.pane("a")
	l.finish(late)
	if err := l.StorageClient().Bucket("bank-records").Object(paneFile).Delete(t.Context()); err != nil { // by its reader
		t.Fatal(err)
	}
	if _, err := l.publishPane(late); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("got %v, want %v", err, cmekpipe.NotFound)
	}
	l.requireFiles(map[string]string{})
}

func TestPaneWithSuffix(t *testing.T) {
	f := &PublishPane{publishStep{Output: Output{Suffix: ".txt"}}}
	for number, want := range map[int]string{1: "p-00000-of-00001.txt", 2: "p-00000-of-00001-2.txt", 12: "p-00000-of-00001-12.txt"} {
		if got := f.numberedName("p-00000-of-00001.txt", number); got != want {
			t.Errorf("numberedName(%d) = %q, want %q", number, got, want)
		}
	}
}

func TestPaneIsPublishedThoughTheAnswerIsLost(t *testing.T) {
	l := newLife(t)
	part := l.pane("a")
	l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Call: 1, Reset: true})
	l.finish(part)
	l.requireFiles(map[string]string{paneFile: "a "})
}

func TestRefusedDeletionOfAPanesTemporaryObjectDoesNotFail(t *testing.T) {
	l := newLife(t)
	part := l.pane("a")
	l.Inject(emulator.Fault{Method: "storage.objects.delete", Status: http.StatusForbidden})
	l.finish(part)
	if _, temp := l.names(); !slices.Equal(temp, []string{part.Name}) {
		t.Errorf("got temporary objects %q, want %q", temp, part.Name)
	}
}

func TestPaneOfAnotherPlaceIsRefused(t *testing.T) {
	l := newLife(t)
	l.WriteObject("gs://bank-records/out/precious", []byte("of the user"))
	part := Part{Name: "out/precious", Final: paneFile}
	if _, err := l.publishPane(part); !errors.Is(err, cmekpipe.Internal) {
		t.Errorf("got %v, want %v", err, cmekpipe.Internal)
	}
	if err := l.deletePane(part); !errors.Is(err, cmekpipe.Internal) {
		t.Errorf("got %v, want %v", err, cmekpipe.Internal)
	}
}
