package retryrunner_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"google.golang.org/grpc/metadata"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

func init() {
	beam.RegisterFunction(paned)
	for _, fn := range []any{&callFn{}, &meetFn{}, &contextFn{}} {
		beam.RegisterDoFn(reflect.TypeOf(fn))
	}
}

// cloud is a cloud whose calls only leave a note in a log. Its methods are safe for concurrent use.
type cloud struct {
	mu     sync.Mutex
	before []func(context.Context, string) error
}

var clouds sync.Map // by the name of the log

func newCloud(t *testing.T) *cloud {
	c := &cloud{}
	clouds.Store(t.Name(), c)
	t.Cleanup(func() { clouds.Delete(t.Name()) })
	return c
}

func (c *cloud) Intercept(before func(context.Context, string) error) (remove func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = append(c.before, before)
	return func() {}
}

// call makes a call, which has an effect unless the runner stops it.
func call(ctx context.Context, name, what string) error {
	found, _ := clouds.Load(name)
	c := found.(*cloud)
	c.mu.Lock()
	all := slices.Clone(c.before)
	c.mu.Unlock()
	attempt := ""
	if md, ok := metadata.FromOutgoingContext(ctx); ok {
		attempt = strings.Join(md.Get(retryrunner.Header), " ")
	}
	for _, before := range all {
		if err := before(ctx, attempt); err != nil {
			return err
		}
	}
	note(name, "call %s of %s", what, attempt)
	return nil
}

// callFn calls the cloud for each element, at the end of each bundle, and after a failure, as a DoFn that cleans up.
type callFn struct{ Log string }

func (f *callFn) ProcessElement(ctx context.Context, s string, emit func(string)) error {
	if err := call(ctx, f.Log, s); err != nil {
		_ = call(context.WithoutCancel(ctx), f.Log, "cleanup")
		return err
	}
	emit(s)
	return nil
}

func (f *callFn) FinishBundle(ctx context.Context, _ func(string)) error {
	return call(ctx, f.Log, "end")
}

// byAttempt returns the calls that took effect for each attempt, in the order of the attempts' first calls.
func (l *log) byAttempt() (calls [][]string) {
	var names []string
	for _, entry := range l.entries {
		what, attempt, ok := strings.Cut(entry, " of ")
		if !ok {
			continue
		}
		i := slices.Index(names, attempt)
		if i < 0 {
			i = len(names)
			names, calls = append(names, attempt), append(calls, nil)
		}
		calls[i] = append(calls[i], strings.TrimPrefix(what, "call "))
	}
	return calls
}

// start starts a pipeline with callFn over three elements, whose result goes to the next stage.
func start(t *testing.T, l *log, c retryrunner.Config) *retryrunner.Rest {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	in := beam.Reshuffle(s, beam.ParDo(s, spread, beam.Create(s, 3)))
	l.kept(t, s, beam.ParDo(s, &callFn{t.Name()}, in))
	rest, err := retryrunner.Start(t.Context(), p, c)
	if err != nil {
		t.Fatal(err)
	}
	return rest
}

func TestKilledAttemptMakesNoFurtherCall(t *testing.T) {
	l, c := newLog(t), newCloud(t)
	killed := []retryrunner.Failure{retryrunner.Killed}
	for n := 1; ; n++ {
		l.entries = nil
		rest := start(t, l, retryrunner.Config{Failures: killed, Cloud: c, Call: n})
		if err := rest.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		calls := l.byAttempt()
		if kept := l.with("kept "); !slices.Contains(kept, "x xx xxx") {
			t.Errorf("call %d: got %q, want the elements once", n, kept)
		}
		if rest.Stopped() == 0 {
			if n != 5 { // three elements and the end
				t.Errorf("got no attempt that makes %d calls, want 4 calls", n)
			}
			return
		}
		full := 0
		for _, of := range calls {
			if len(of) == 4 {
				full++
			} else if len(of) != n-1 || slices.Contains(of, "cleanup") {
				t.Errorf("call %d: got %q from a killed attempt, want the %d calls before it", n, of, n-1)
			}
		}
		if full != 1 {
			t.Errorf("call %d: got %d attempts with all calls, want 1", n, full)
		}
	}
}

func TestSuspendedAttemptGoesOnAfterAnotherOne(t *testing.T) {
	l, c := newLog(t), newCloud(t)
	afterRun, before := 0, 0
	for seed := range uint64(20) {
		l.entries = nil
		rest := start(t, l, retryrunner.Config{Seed: seed, Failures: []retryrunner.Failure{retryrunner.Suspended}, Cloud: c, Call: 2})
		atEnd := len(l.with("call"))
		if err := rest.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		calls := l.byAttempt()
		if len(l.with("call")) > atEnd {
			afterRun++
		} else {
			before++
		}
		for i, of := range calls {
			if len(of) != 4 {
				t.Errorf("seed %d: got %q from attempt %d, want all 4 calls", seed, of, i)
			}
		}
		if len(calls) < 2 {
			t.Fatalf("seed %d: got %d attempts, want a suspended one too", seed, len(calls))
		}
		if last := l.entries[len(l.entries)-1]; atEnd < len(l.with("call")) && !strings.HasPrefix(last, "call end") {
			t.Errorf("seed %d: got %q last, want the end of the suspended attempt", seed, last)
		}
		if kept := l.with("kept "); !slices.Contains(kept, "x xx xxx") {
			t.Errorf("seed %d: got %q, want the elements once", seed, kept)
		}
	}
	if afterRun == 0 || before == 0 {
		t.Errorf("got %d attempts that went on after the run and %d before its end, want some of each", afterRun, before)
	}
}

func TestDiscardKillsSuspendedAttempts(t *testing.T) {
	l, c := newLog(t), newCloud(t)
	for seed := range uint64(20) {
		l.entries = nil
		rest := start(t, l, retryrunner.Config{Seed: seed, Failures: []retryrunner.Failure{retryrunner.Suspended}, Cloud: c, Call: 1})
		made := len(l.with("call"))
		rest.Discard()
		if err := rest.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(l.with("call")); got != made {
			t.Errorf("seed %d: got %d calls after Discard, want none", seed, got-made)
		}
	}
}

func TestFailuresBetweenCallsNeedACloud(t *testing.T) {
	for _, f := range []retryrunner.Failure{retryrunner.Killed, retryrunner.Suspended} {
		err := run(t, retryrunner.Config{Failures: []retryrunner.Failure{f}}, func(s beam.Scope) { beam.Create(s, 1) })
		if err == nil || !strings.Contains(err.Error(), "Config.Cloud") {
			t.Errorf("%v: got %v, want an error about Config.Cloud", f, err)
		}
	}
}

// meetFn waits until two attempts run at the same time.
type meetFn struct{ Log string }

var meetings sync.Map // channels, by the name of the log

func (f *meetFn) ProcessElement(_ context.Context, s string) error {
	found, _ := meetings.Load(f.Log)
	other := found.(chan string)
	select {
	case other <- s:
	case <-other:
	case <-time.After(10 * time.Second):
		return errors.New("no other attempt runs")
	}
	return nil
}

func TestTwinsRunAtTheSameTime(t *testing.T) {
	meetings.Store(t.Name(), make(chan string))
	err := run(t, retryrunner.Config{Failures: []retryrunner.Failure{retryrunner.Twin}}, func(s beam.Scope) {
		beam.ParDo0(s, &meetFn{t.Name()}, beam.Create(s, "a"))
	})
	if err != nil {
		t.Error(err)
	}
}

// paned records what an attempt sees of a group.
func paned(p typex.PaneInfo, _ string, values func(*int) bool, name string) {
	n := 0
	for v := 0; values(&v); {
		n++
	}
	note(name, "pane %v %v values %d", p.Timing, p.IsLast, n)
}

func TestGroupsGrowBeforeTheNextAttempt(t *testing.T) {
	l := newLog(t)
	config := retryrunner.Config{Growing: true, Failures: []retryrunner.Failure{retryrunner.Lost}}
	grown := false
	for seed := range uint64(10) {
		l.entries, config.Seed = nil, seed
		err := run(t, config, func(s beam.Scope) {
			pairs := beam.ParDo(s, pair, beam.Create(s, "a", "aa", "aaa", "aaaa"))
			beam.ParDo0(s, paned, beam.GroupByKey(s, pairs), beam.SideInput{Input: beam.Create(s, t.Name())})
		})
		if err != nil {
			t.Fatal(err)
		}
		last := len(l.entries) - 1
		if want := "pane ontime true values 4"; l.entries[last] != want {
			t.Errorf("seed %d: got %q from the attempt that succeeded, want %q", seed, l.entries[last], want)
		}
		for _, e := range l.entries[:last] {
			if !strings.HasPrefix(e, "pane early false values ") {
				t.Errorf("seed %d: got %q from an attempt that failed, want an early pane", seed, e)
			}
			grown = grown || !strings.HasSuffix(e, " 4")
		}
	}
	if !grown {
		t.Error("got all values in each attempt that failed, want fewer in some")
	}
}

// contextFn fails at its first attempt and keeps its contexts.
type contextFn struct{ Log string }

var contexts sync.Map // by the name of the log

func (f *contextFn) ProcessElement(ctx context.Context, _ string) error {
	if _, tried := contexts.LoadOrStore(f.Log, ctx); !tried {
		return errBroken
	}
	return nil
}

func TestContextOutlivesAFailedAttempt(t *testing.T) {
	contexts.Delete(t.Name())
	err := run(t, retryrunner.Config{}, func(s beam.Scope) { beam.ParDo0(s, &contextFn{t.Name()}, beam.Create(s, "a")) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := contexts.Load(t.Name())
	if err := ctx.(context.Context).Err(); err != nil {
		t.Errorf("got %v, want a context that goes on, as on a worker", err)
	}
}
