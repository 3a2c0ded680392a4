package retryrunner_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/sdf"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/state"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/rtrackers/offsetrange"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"

	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

func init() {
	for _, fn := range []any{pair, joined, half, timed, spread, withSide, lookup, named} {
		beam.RegisterFunction(fn)
	}
	for _, fn := range []any{&recordFn{}, &brokenFn{}, &statefulFn{}, &splitFn{}, &finalizedFn{}} {
		beam.RegisterDoFn(reflect.TypeOf(fn))
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

// log records the calls of a run's DoFns. It stands for the state of a service.
type log struct {
	mu      sync.Mutex
	entries []string
}

var logs sync.Map // by name, because only the fields of a DoFn are encoded

func newLog(t *testing.T) *log {
	l := &log{}
	logs.Store(t.Name(), l)
	t.Cleanup(func() { logs.Delete(t.Name()) })
	return l
}

func note(name, format string, args ...any) {
	found, _ := logs.Load(name)
	l := found.(*log)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, fmt.Sprintf(format, args...))
}

func (l *log) with(prefix string) []string {
	var found []string
	for _, e := range l.entries {
		if rest, ok := strings.CutPrefix(e, prefix); ok {
			found = append(found, rest)
		}
	}
	slices.Sort(found)
	return found
}

// recordFn records its calls and emits its input.
type recordFn struct {
	Log, Name string
	open      bool
}

func (f *recordFn) Setup()                                    { note(f.Log, "%s setup", f.Name) }
func (f *recordFn) Teardown()                                 { note(f.Log, "%s teardown", f.Name) }
func (f *recordFn) StartBundle(context.Context, func(string)) { f.open = true }
func (f *recordFn) ProcessElement(_ context.Context, s string, emit func(string)) error {
	if !f.open {
		return errors.New("no bundle was started")
	}
	note(f.Log, "%s got %s", f.Name, s)
	emit(s)
	return nil
}
func (f *recordFn) FinishBundle(context.Context, func(string)) error {
	f.open = false
	note(f.Log, "%s finished", f.Name)
	return nil
}

func (l *log) kept(t *testing.T, s beam.Scope, col beam.PCollection) {
	beam.ParDo0(s, named, beam.GroupByKey(s, beam.AddFixedKey(s, col)), beam.SideInput{Input: beam.Create(s, t.Name())})
}

// named returns the records of a grouping without duplicates.
func named(_ int, values func(*string) bool, name string) {
	var all []string
	for v := ""; values(&v); {
		all = append(all, v)
	}
	slices.Sort(all)
	note(name, "kept %s", strings.Join(all, " "))
}

func pair(s string) (string, int)             { return s[:1], len(s) }
func timed(s string) (beam.EventTime, string) { return mtime.FromMilliseconds(int64(len(s)) * 1000), s }
func half(s string, a, b func(string)) {
	if len(s)%2 == 0 {
		a(s)
	} else {
		b(s)
	}
}
func spread(n int, emit func(string)) {
	for i := range n {
		emit(strings.Repeat("x", i+1))
	}
}
func withSide(s string, all []string) string { return s + "/" + fmt.Sprint(len(all)) }
func lookup(s string, find func(string) func(*int) bool) string {
	sum := 0
	for v, next := 0, find(s[:1]); next(&v); {
		sum += v
	}
	return fmt.Sprint(s, "=", sum)
}
func joined(key string, a, b func(*int) bool) string {
	sum := func(next func(*int) bool) (n int) {
		for v := 0; next(&v); {
			n += v
		}
		return n
	}
	return fmt.Sprintf("%s:%d,%d", key, sum(a), sum(b))
}

// graphs are pipelines with the expected records, which don't depend on attempts.
var graphs = map[string]struct {
	build func(s beam.Scope, in beam.PCollection) beam.PCollection
	want  string
}{
	"passing on": {func(_ beam.Scope, in beam.PCollection) beam.PCollection { return in }, "x xx xxx xxxx xxxxx"},
	"two outputs and a flatten": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		a, b := beam.ParDo2(s, half, in)
		return beam.Flatten(s, a, b, a)
	}, "x xx xx xxx xxxx xxxx xxxxx"},
	"a join": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		a := beam.ParDo(s, pair, in)
		return beam.ParDo(s, joined, beam.CoGroupByKey(s, a, beam.ParDo(s, pair, beam.Create(s, "xyz", "y"))))
	}, "x:15,3 y:0,1"},
	"a side input of an earlier stage": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		return beam.ParDo(s, withSide, in, beam.SideInput{Input: in})
	}, "x/5 xx/5 xxx/5 xxxx/5 xxxxx/5"},
	"a keyed side input": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		return beam.ParDo(s, lookup, in, beam.SideInput{Input: beam.ParDo(s, pair, beam.Create(s, "xyz", "x", "y"))})
	}, "x=4 xx=4 xxx=4 xxxx=4 xxxxx=4"},
	"windows": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		w := beam.WindowInto(s, window.NewFixedWindows(2e9), beam.ParDo(s, timed, in))
		all := beam.ParDo(s, withSide, w, beam.SideInput{Input: w})
		a := beam.ParDo(s, pair, all)
		sums := beam.ParDo(s, joined, beam.CoGroupByKey(s, a, a))
		return beam.WindowInto(s, window.NewGlobalWindows(), sums)
	}, "x:13,13 x:3,3 x:9,9"}, // x/1 is in [0,2), xx/2 and xxx/2 in [2,4), the others in [4,6)
	"a combine": {func(s beam.Scope, in beam.PCollection) beam.PCollection {
		sums := stats.SumPerKey(s, beam.ParDo(s, pair, in))
		return beam.ParDo(s, lookup, beam.Create(s, "x"), beam.SideInput{Input: sums})
	}, "x=15"},
	"a reshuffle": {beam.Reshuffle, "x xx xxx xxxx xxxxx"},
}

func TestOnlyOneAttemptIsKept(t *testing.T) {
	for name, g := range graphs {
		for _, bundles := range []int{0, 3, 17} {
			for _, failures := range [][]retryrunner.Failure{nil, {retryrunner.Abandoned}, {retryrunner.Unfinished}, {retryrunner.Lost}, retryrunner.WithoutCloud()} {
				for _, unfused := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, %d bundles, %v, unfused %v", name, bundles, failures, unfused), func(t *testing.T) {
						l := newLog(t)
						p, s := beam.NewPipelineWithRoot()
						in := beam.Reshuffle(s, beam.ParDo(s, spread, beam.Create(s, 5)))
						l.kept(t, s, g.build(s, beam.ParDo(s, &recordFn{Log: t.Name(), Name: "a"}, in)))
						c := retryrunner.Config{Seed: 1, Bundles: bundles, Failures: failures, Unfused: unfused}
						if err := retryrunner.Run(t.Context(), p, c); err != nil {
							t.Fatal(err)
						}
						if got := l.with("kept "); !slices.Contains(got, g.want) {
							t.Errorf("got %q, want %q", got, g.want)
						}
						if got := len(l.with("a got")); got < 5 || failures != nil && got == 5 && failures[0] != retryrunner.Unfinished {
							t.Errorf("got %d elements tried, want 5 and more if attempts fail", got)
						}
						if got := len(l.with("a teardown")); got > 0 {
							t.Errorf("got %d calls of Teardown, want none, as on a worker", got)
						}
					})
				}
			}
		}
	}
}

func run(t *testing.T, c retryrunner.Config, build func(s beam.Scope)) error {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	build(s)
	return retryrunner.Run(t.Context(), p, c)
}

func TestFailuresMatchTheirNames(t *testing.T) {
	for _, tt := range []struct {
		failure  retryrunner.Failure
		finished bool // whether the first DoFn finishes in all attempts
	}{{retryrunner.Abandoned, false}, {retryrunner.Lost, true}, {retryrunner.Late, true}, {retryrunner.Twin, true}} {
		t.Run(tt.failure.String(), func(t *testing.T) {
			l := newLog(t)
			err := run(t, retryrunner.Config{Seed: 2, Failures: []retryrunner.Failure{tt.failure}}, func(s beam.Scope) {
				beam.ParDo(s, &recordFn{Log: t.Name(), Name: "a"}, beam.Create(s, "1"))
			})
			if err != nil {
				t.Fatal(err)
			}
			got, finished := len(l.with("a got")), len(l.with("a finished"))
			if got < 2 || finished < 1 || (finished == got) != tt.finished {
				t.Errorf("got %d attempts, %d of them finished", got, finished)
			}
		})
	}
}

// inTurn are the failures of attempts that run one after the other.
var inTurn = []retryrunner.Failure{retryrunner.Abandoned, retryrunner.Unfinished, retryrunner.Lost, retryrunner.Late}

func TestSeedRepeatsARun(t *testing.T) {
	l := newLog(t)
	var runs [][]string
	for range 2 {
		l.entries = nil
		err := run(t, retryrunner.Config{Seed: 3, Bundles: 3, Failures: inTurn}, func(s beam.Scope) {
			in := beam.Reshuffle(s, beam.ParDo(s, spread, beam.Create(s, 20)))
			l.kept(t, s, beam.ParDo(s, &recordFn{Log: t.Name(), Name: "a"}, in))
		})
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, l.entries)
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Errorf("got %d calls, then %d others, want the same", len(runs[0]), len(runs[1]))
	}
}

// brokenFn returns as many errors as it is configured to.
type brokenFn struct {
	Log   string
	Times int
}

var errBroken = errors.New("broken")

func (f *brokenFn) ProcessElement(_ context.Context, s string) error {
	note(f.Log, "try")
	found, _ := logs.Load(f.Log)
	if len(found.(*log).entries) <= f.Times {
		return errBroken
	}
	return nil
}

func TestBundleWithAnErrorIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		attempts, broken, tries int
		want                    error
	}{
		{broken: 3, tries: 4}, {broken: 4, tries: 4, want: errBroken},
		{attempts: 1, broken: 0, tries: 1}, {attempts: 1, broken: 1, tries: 1, want: errBroken},
		{attempts: 2, broken: 1, tries: 2}, {attempts: 2, broken: 2, tries: 2, want: errBroken},
	} {
		t.Run(fmt.Sprintf("%d attempts, %d broken", tt.attempts, tt.broken), func(t *testing.T) {
			l := newLog(t)
			err := run(t, retryrunner.Config{Attempts: tt.attempts}, func(s beam.Scope) {
				beam.ParDo0(s, &brokenFn{t.Name(), tt.broken}, beam.Create(s, "1"))
			})
			if (err == nil) != (tt.want == nil) || tt.want != nil && !strings.Contains(err.Error(), tt.want.Error()) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if len(l.entries) != tt.tries {
				t.Errorf("got %d attempts, want %d", len(l.entries), tt.tries)
			}
		})
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, s := beam.NewPipelineWithRoot()
	beam.Create(s, 1)
	if err := retryrunner.Run(ctx, p, retryrunner.Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// finalizedFn registers a bundle finalizer.
type finalizedFn struct{ Log string }

func (f *finalizedFn) ProcessElement(_ context.Context, bf beam.BundleFinalization, s string) {
	name := f.Log
	bf.RegisterCallback(1e12, func() error { note(name, "stored %s", s); return nil })
}

func TestKeptAttemptIsFinalized(t *testing.T) {
	l := newLog(t)
	err := run(t, retryrunner.Config{Failures: []retryrunner.Failure{retryrunner.Abandoned}}, func(s beam.Scope) {
		beam.ParDo0(s, &finalizedFn{t.Name()}, beam.Create(s, "1"))
	})
	if got := l.with("stored "); err != nil || !slices.Equal(got, []string{"1"}) {
		t.Errorf("got %q, %v, want one", got, err)
	}
}

type statefulFn struct{ Seen state.Value[int] }

func (f *statefulFn) ProcessElement(p state.Provider, _ string, _ int) error {
	return f.Seen.Write(p, 1)
}

type splitFn struct{}

func (*splitFn) CreateInitialRestriction(string) offsetrange.Restriction {
	return offsetrange.Restriction{End: 1}
}
func (*splitFn) SplitRestriction(_ string, r offsetrange.Restriction) []offsetrange.Restriction {
	return []offsetrange.Restriction{r}
}
func (*splitFn) RestrictionSize(string, offsetrange.Restriction) float64 { return 1 }
func (*splitFn) CreateTracker(r offsetrange.Restriction) *sdf.LockRTracker {
	return sdf.NewLockRTracker(offsetrange.NewTracker(r))
}
func (*splitFn) ProcessElement(*sdf.LockRTracker, string) error { return nil }

func TestUnsupportedPipelinesAreRefused(t *testing.T) {
	for want, build := range map[string]func(s beam.Scope){
		"DoFns with state": func(s beam.Scope) {
			beam.ParDo0(s, &statefulFn{state.MakeValueState[int]("seen")}, beam.ParDo(s, pair, beam.Create(s, "a")))
		},
		"splittable DoFns": func(s beam.Scope) { beam.ParDo0(s, &splitFn{}, beam.Create(s, "a")) },
		"windows that merge": func(s beam.Scope) {
			beam.WindowInto(s, window.NewSessions(1e9), beam.Create(s, "a"))
		},
		"side inputs in windows": func(s beam.Scope) {
			in := beam.Create(s, "a")
			long, short := beam.WindowInto(s, window.NewFixedWindows(2e9), in), beam.WindowInto(s, window.NewFixedWindows(1e9), in)
			beam.ParDo(s, withSide, long, beam.SideInput{Input: short})
		},
		"External transforms": func(s beam.Scope) {
			beam.External(s, "beam:test:v1", nil, []beam.PCollection{beam.Create(s, "a")}, nil, false)
		},
	} {
		if err := run(t, retryrunner.Config{}, build); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one about %q", err, want)
		}
	}
}
