package shards

// Prism does not retry bundles, so these tests live what a runner that does would do to the DoFns.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// life is a write whose steps the test calls one by one.
type life struct {
	*cmektest.Cloud
	t      testing.TB
	key    cmekpipe.KeyName
	prefix cmekpipe.Object
	temp   cmekpipe.Object // zero for the default
}

// writing is what the steps of the write share.
func (l *life) writing() WriteStep[string, lineFormat] {
	return WriteStep[string, lineFormat]{Output: l.output()}
}

func (l *life) output() Output {
	return Output{Op: "test.Write", Object: l.prefix, Sharded: true, Shards: 1, Temp: l.temp}
}

func (l *life) publishing() publishStep {
	return publishStep{Output: l.output(), ContentType: "text/plain"}
}

// publisher returns the step that publishes, after Setup.
func (l *life) publisher() *Publish {
	l.t.Helper()
	f := &Publish{l.publishing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { f.Teardown() })
	return f
}

// lineFormat is the simplest format: each element is a line. The element "bad" is none.
type lineFormat struct{ out *bufio.Writer }

func (lineFormat) ContentType() string { return "text/plain" }

func (lineFormat) NewEncoder() (Encoder[string], error) { return &lineFormat{}, nil }

func (l *lineFormat) Begin(out *bufio.Writer) error {
	l.out = out
	return nil
}

func (l *lineFormat) Write(line string) error {
	if line == "bad" {
		return &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: "write another", Err: errors.New("got a bad line")}
	}
	_, err := l.out.WriteString(line + "\n")
	return err
}

func (l *lineFormat) End() error { return nil }

func newLife(t testing.TB) *life {
	t.Helper()
	return newLifeIn(t, cmektest.NewCloud(t))
}

func newLifeIn(t testing.TB, cloud *cmektest.Cloud) *life {
	t.Helper()
	l := &life{Cloud: cloud, t: t, key: cloud.CreateKey("us-central1", "records")}
	cloud.CreateBucket("bank-records", "us-central1", cmekpipe.KeyName{})
	l.prefix = l.key.MustObject("gs://bank-records/out/lines")
	return l
}

// bundle runs one bundle to its end and returns the parts that it emits.
func (l *life) bundle(lines ...string) []Part {
	l.t.Helper()
	f := l.started(lines...)
	defer f.Teardown()
	var parts []Part
	if err := f.FinishBundle(func(_ int, p Part) { parts = append(parts, p) }); err != nil {
		l.t.Fatal(err)
	}
	return parts
}

// witness writes the witness of a run.
func (l *life) witness() (parts []Part) {
	l.t.Helper()
	f := &WriteWitness[string, lineFormat]{l.writing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	defer f.Teardown()
	if err := f.ProcessElement(l.t.Context(), 0, iterate(drawn()), func(_ int, p Part) { parts = append(parts, p) }); err != nil {
		l.t.Fatal(err)
	}
	return parts
}

// started runs one bundle up to its last line.
func (l *life) started(lines ...string) *WriteBundle[string, lineFormat] {
	l.t.Helper()
	f := &WriteBundle[string, lineFormat]{l.writing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	f.StartBundle(nil)
	for _, line := range lines {
		if err := f.ProcessElement(l.t.Context(), line, nil); err != nil {
			l.t.Fatal(err)
		}
	}
	return f
}

// publish is one attempt at publishing.
func (l *life) publish(ctx context.Context, parts []Part) error {
	l.t.Helper()
	return l.publisher().ProcessElement(ctx, 0, iterate(parts...))
}

// iterate returns values as Beam hands them to a DoFn.
func iterate[T any](values ...T) func(*T) bool {
	return func(v *T) bool {
		if len(values) == 0 {
			return false
		}
		*v, values = values[0], values[1:]
		return true
	}
}

func (l *life) names() (final, temp []string) {
	l.t.Helper()
	for it := l.StorageClient().Bucket("bank-records").Objects(context.Background(), &storage.Query{}); ; {
		attrs, err := it.Next()
		if err == iterator.Done {
			return final, temp
		}
		if err != nil {
			l.t.Fatal(err)
		}
		if strings.Contains(attrs.Name, ".cmekpipe-temp-") {
			temp = append(temp, attrs.Name)
		} else {
			final = append(final, attrs.Name)
		}
	}
}

// requirePublished fails unless the shards are there, nothing else is, and they hold the lines.
func (l *life) requirePublished(shards int, want ...string) {
	l.t.Helper()
	l.requireLines(shards, want...)
	if _, temp := l.names(); len(temp) != 0 {
		l.t.Errorf("got temporary objects %q, want none", temp)
	}
	l.requireKeyAsked()
}

// requireLines fails unless the shards are there and hold the lines.
func (l *life) requireLines(shards int, want ...string) {
	l.t.Helper()
	final, _ := l.names()
	if len(final) != shards {
		l.t.Errorf("got %q, want %d shards", final, shards)
	}
	var got []string
	for i, name := range final {
		if want := fmt.Sprintf("out/lines-%05d-of-%05d", i, shards); name != want {
			l.t.Errorf("got %q, want %q", name, want)
		}
		got = append(got, strings.Fields(string(l.ReadObject("gs://bank-records/"+name)))...)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		l.t.Errorf("got lines %q, want %q", got, want)
	}
}

// requireKeyAsked fails unless every object that ever existed was encrypted with the key because its writer named it.
func (l *life) requireKeyAsked() {
	l.t.Helper()
	for _, e := range l.Ledger() {
		if e.Kind == "object" && (!e.KeyAsked || e.ProtectedBy() != l.key) {
			l.t.Errorf("%s %s: got key %v, asked for %v", e.Method, e.Name, e.ProtectedBy(), e.KeyAsked)
		}
	}
}

func (l *life) requireNothingFinal() {
	l.t.Helper()
	if final, _ := l.names(); len(final) != 0 {
		l.t.Errorf("got visible %q, want none", final)
	}
}

func (l *life) threeParts() []Part {
	l.t.Helper()
	return slices.Concat(l.bundle("a"), l.bundle("b", "c"), l.bundle("d"), l.witness())
}

func TestRetriedBundleIsNotDoubled(t *testing.T) {
	l := newLife(t)
	f := l.started("a", "b")
	defer f.Teardown()
	if err := f.FinishBundle(func(int, Part) {}); err != nil { // finished, but the runner lost the answer
		t.Fatal(err)
	}
	abandoned := l.started("a") // died before the end
	parts := slices.Concat(l.again(f, "a", "b"), l.bundle("c"), l.witness())
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	abandoned.Teardown()
	l.requirePublished(2, "a", "b", "c")
}

// again runs a further bundle on an instance and returns the parts that it emits.
func (l *life) again(f *WriteBundle[string, lineFormat], lines ...string) (parts []Part) {
	l.t.Helper()
	f.StartBundle(nil)
	for _, line := range lines {
		if err := f.ProcessElement(l.t.Context(), line, nil); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := f.FinishBundle(func(_ int, p Part) { parts = append(parts, p) }); err != nil {
		l.t.Fatal(err)
	}
	return parts
}

func TestInstanceStartsEachBundleAnew(t *testing.T) {
	l := newLife(t)
	f := l.started("lost") // its bundle fails upstream, and Teardown is never called
	defer f.Teardown()
	f.StartBundle(nil)
	if err := f.ProcessElement(t.Context(), "kept", nil); err != nil {
		t.Fatal(err)
	}
	var parts []Part
	emit := func(_ int, p Part) { parts = append(parts, p) }
	if err := f.FinishBundle(emit); err != nil {
		t.Fatal(err)
	}
	f.StartBundle(nil)
	if err := f.FinishBundle(emit); err != nil { // an empty bundle makes no part
		t.Fatal(err)
	}
	if err := l.publish(t.Context(), append(parts, l.witness()...)); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(1, "kept")
}

func TestOrderOfPartsDoesNotMatter(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	f := l.publisher()
	number := func(parts []Part) (names []string) {
		p, err := f.attempt(iterate(parts...))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.shards {
			names = append(names, s.from.Name()+" "+s.to.Name())
		}
		return names
	}
	want := number(parts)
	slices.Reverse(parts) // the witness is the first now
	if got := number(parts); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	numbered := number([]Part{{Shard: 1, Name: "out/.cmekpipe-temp-id/a"}, {Shard: 0, Name: "out/.cmekpipe-temp-id/b"}, parts[0]})
	if want := []string{
		"out/.cmekpipe-temp-id/b out/lines-00000-of-00002", "out/.cmekpipe-temp-id/a out/lines-00001-of-00002",
	}; !slices.Equal(numbered, want) {
		t.Errorf("got %q, want %q", numbered, want)
	}
}

func TestFailedPublicationShowsNothingAndCanBeRepeated(t *testing.T) {
	forbidden := emulator.Fault{Status: http.StatusForbidden}
	for _, tt := range []struct {
		method string
		call   int
	}{
		{"storage.objects.list", 1},
		{"storage.objects.rewrite", 1}, {"storage.objects.rewrite", 2}, {"storage.objects.rewrite", 3},
	} {
		t.Run(fmt.Sprintf("%s %d", tt.method, tt.call), func(t *testing.T) {
			l := newLife(t)
			parts := l.threeParts()
			fault := forbidden
			fault.Method, fault.Call = emulator.Method(tt.method), tt.call
			remove := l.Inject(fault)
			if err := l.publish(t.Context(), parts); !errors.Is(err, cmekpipe.PermissionDenied) {
				t.Fatalf("got %v, want %v", err, cmekpipe.PermissionDenied)
			}
			remove()
			l.requireNothingFinal()
			if _, temp := l.names(); len(temp) != 4 {
				t.Errorf("got temporary objects %q, want 3 and the witness", temp)
			}
			if err := l.publish(t.Context(), parts); err != nil {
				t.Fatal(err)
			}
			l.requirePublished(3, "a", "b", "c", "d")
		})
	}
}

// orphan leaves what an attempt leaves that finished and was not heard: an object beside a part.
func (l *life) orphan(beside Part) {
	l.t.Helper()
	w := l.StorageClient().Bucket("bank-records").Object(beside.Name + "x").NewWriter(l.t.Context())
	w.KMSKeyName = l.key.String()
	if err := w.Close(); err != nil {
		l.t.Fatal(err)
	}
}

func TestDeletingTemporaryObjectsCanBeRepeated(t *testing.T) {
	for call := 1; call <= 5; call++ {
		t.Run(fmt.Sprint(call), func(t *testing.T) {
			l := newLife(t)
			parts := l.threeParts()
			l.orphan(parts[0])
			remove := l.Inject(emulator.Fault{Method: "storage.objects.delete", Call: call, Status: http.StatusBadRequest})
			if err := l.publish(t.Context(), parts); err == nil {
				t.Fatal("got no error, want one")
			}
			remove()
			for range 2 { // the second finds nothing left to do
				if err := l.publish(t.Context(), parts); err != nil {
					t.Fatal(err)
				}
				l.requirePublished(3, "a", "b", "c", "d")
			}
		})
	}
}

func TestWorkerThatDiedWhilePublishingIsReplaced(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	dead := l.attempt(parts)
	if err := dead.copyShard(t.Context(), dead.shards[2]); err != nil { // and then nothing more
		t.Fatal(err)
	}
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(3, "a", "b", "c", "d")
}

var errFailed = errors.New("failed")

// attempt is a publishAttempt whose steps the test calls one by one.
func (l *life) attempt(parts []Part) *publishAttempt {
	l.t.Helper()
	p, err := l.publisher().attempt(iterate(parts...))
	if err != nil {
		l.t.Fatal(err)
	}
	if done, err := p.findParts(l.t.Context()); done || err != nil {
		l.t.Fatalf("findParts() = %v, %v", done, err)
	}
	return p
}

func TestSlowTwinDoesNotUndoAFinishedPublication(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	fast, slow := l.attempt(parts), l.attempt(parts)
	for _, p := range []*publishAttempt{fast, slow} { // so that the shards are the slow one's
		if err := p.copyAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := fast.deleteTemporary(t.Context()); err != nil {
		t.Fatal(err)
	}
	slow.undo(t.Context(), errFailed) //nolint:errcheck // the argument
	l.requirePublished(3, "a", "b", "c", "d")
}

func TestLostTemporaryObjectFailsBeforeAnythingIsVisible(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			l := newLife(t)
			parts := l.threeParts()
			if err := l.StorageClient().Bucket("bank-records").Object(parts[i].Name).Delete(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := l.publish(t.Context(), parts)
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != cmekpipe.NotFound || e.Hint == "" {
				t.Errorf("got %v, want %v", err, cmekpipe.NotFound)
			}
			for _, e := range l.Ledger() {
				if e.Method == "storage.objects.rewrite" {
					t.Errorf("got %s for a while, want nothing", e.Name)
				}
			}
			l.requireNothingFinal()
		})
	}
}

func TestOlderShardsAreNotCountedAsThisRuns(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	for i := range 3 {
		o, _ := l.publisher().shardName("", i, 3)
		older := l.StorageClient().Bucket("bank-records").Object(o.Name()).NewWriter(t.Context())
		older.KMSKeyName = l.key.String()
		if _, err := older.Write([]byte("old\n")); err != nil {
			t.Fatal(err)
		}
		if err := older.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range parts {
		if err := l.StorageClient().Bucket("bank-records").Object(p.Name).Delete(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.publish(t.Context(), parts); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("got %v, want %v", err, cmekpipe.NotFound)
	}
}

func TestKeyThatIsDisabledBeforePublishing(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	l.DisableKey(l.key)
	if err := l.publish(t.Context(), parts); !errors.Is(err, cmekpipe.KeyDisabled) {
		t.Errorf("got %v, want %v", err, cmekpipe.KeyDisabled)
	}
	l.requireNothingFinal()
	l.EnableKey(l.key)
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(3, "a", "b", "c", "d")
}

func TestCancelledPublicationShowsNothing(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	remove := l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Call: 2, Latency: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() { ended <- l.publish(ctx, parts) }()
	for final, _ := l.names(); len(final) < 2; final, _ = l.names() { // until all but the slow one are visible
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	l.requireNothingFinal()
	remove()
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(3, "a", "b", "c", "d")
}

func TestShardWhoseAnswerIsLostForGoodIsRemoved(t *testing.T) {
	l := newLife(t)
	parts := l.threeParts()
	remove := l.Inject(emulator.Fault{Method: "storage.objects.rewrite", Resource: "gs://bank-records/out/lines-00001-*", Reset: true})
	f := l.publisher()
	f.store.Retry.MaxElapsed = 100 * time.Millisecond
	if err := f.ProcessElement(t.Context(), 0, iterate(parts...)); !errors.Is(err, cmekpipe.Unavailable) {
		t.Errorf("got %v, want %v", err, cmekpipe.Unavailable)
	}
	remove()
	l.requireNothingFinal()
	if err := l.publish(t.Context(), parts); err != nil {
		t.Fatal(err)
	}
	l.requirePublished(3, "a", "b", "c", "d")
}

func TestCancelledWritersShowNothing(t *testing.T) {
	l := newLife(t)
	ctx, cancel := context.WithCancel(t.Context())
	lines := func(line *string) bool {
		*line = "a"
		cancelled := ctx.Err() != nil
		cancel()
		return !cancelled
	}
	f := &WriteShard[string, lineFormat]{l.writing()}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer f.Teardown()
	if err := f.ProcessElement(ctx, 0, iterate(drawn()), lines, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	final, temp := l.names()
	if len(final)+len(temp) != 0 {
		t.Errorf("got %q, %q, want none", final, temp)
	}
}

func TestInputThatBreaksOffShowsNothing(t *testing.T) {
	l := newLife(t)
	f := &WriteShard[string, lineFormat]{l.writing()}
	if err := f.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { recover() }()
		f.ProcessElement(t.Context(), 0, iterate(drawn()), func(*string) bool { panic("input broke off") }, nil)
	}()
	if f.out.isOpen() {
		t.Error("got an open upload after a panic, want none")
	}
	if err := f.Teardown(); err != nil {
		t.Error(err)
	}
	l.requireNothingFinal()
}

func TestTeardownMayFollowAFailedSetup(t *testing.T) {
	for _, err := range []error{(&WriteBundle[string, lineFormat]{}).Teardown(), (&Publish{}).Teardown()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestElementThatDoesNotFitShowsNothing(t *testing.T) {
	l := newLife(t)
	bundle := l.started("a")
	defer bundle.Teardown()
	one := &WriteShard[string, lineFormat]{l.writing()}
	if err := one.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer one.Teardown()
	for name, err := range map[string]error{
		"bundle": bundle.ProcessElement(t.Context(), "bad", nil),
		"one":    one.ProcessElement(t.Context(), 0, iterate(drawn()), iterate("a", "bad", "b"), nil),
	} {
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.InvalidOptions || e.Op != "test.Write" || e.Resource != l.prefix.String() {
			t.Errorf("%s: got %v, want the format's error, about the prefix", name, err)
		}
	}
	if bundle.out.isOpen() || one.out.isOpen() {
		t.Error("got an open upload after an error, want none")
	}
	if final, temp := l.names(); len(final)+len(temp) != 0 {
		t.Errorf("got %q and temporary %q, want none", final, temp)
	}
}
