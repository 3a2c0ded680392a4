package conformance

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// onPrism is the share of Prism in [RunRandom]. It is a flag, because Prism needs ten times the time of package retryrunner.
var onPrism = flag.Int("conformance.prism", 4, "one in so many randomised pipelines runs on Prism; 0 is none")

// RunRandom runs one pipeline with one to four sinks of the harnesses, each with a key, a number of rows and, if it is
// [Isolator], containers of its own, while keys change their state, destinations are occupied, calls fail or are answered
// late, quotas are used up and the run is cancelled. One pipeline in four runs on Prism, the others on package retryrunner. A
// second run of the same rows or of further ones may follow: after the first one, before late attempts of the first one, or
// at the same time. The seed determines all of it.
//
// Afterwards each resource must be encrypted with the key of its own sink, because the call requested it. A run without
// a fatal event must succeed and have every row. Any other run must fail with an error that one of the scenes explains,
// and show all rows of a sink or none. What a second run leaves is what [Harness.Second] says, also after a failed run.
func RunRandom(t *testing.T, seed uint64, harnesses []Harness) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	cloud, sinks := cmektest.NewCloud(t), map[string]Sink{}
	runner := randomRetries(rng)
	r := randomRun{}
	for i := range 1 + rng.IntN(4) {
		h := harnesses[rng.IntN(len(harnesses))]
		sc := randomScene(rng, h, i)
		sc.Retries, sc.Portable = runner, runner.Bundles == 0
		r.worlds = append(r.worlds, newWorldIn(t, cloud, h, randomSink(t, cloud, h, sinks, sc.Name), sc, fmt.Sprint("key", i)))
	}
	limits := "none"
	if runner.Bundles > 0 && rng.IntN(3) == 0 && !r.fleeting() {
		limits = randomLimits(rng, cloud)
	}
	r.randomSecond(rng)
	r.limitGrowth()
	t.Logf("limits %s; second run %s of %s rows; retries %+v", limits, r.when, r.rows, r.worlds[0].Retries)
	for _, w := range r.worlds {
		t.Logf("%s: %s", w.harness.Name, w.describe())
	}
	r.play(t)
}

// randomRun is a pipeline with several sinks in one cloud, and a second run of it.
type randomRun struct {
	worlds []*world
	when   secondWhen
	rows   secondRows
}

// secondWhen is the time of a second run.
type secondWhen string

const (
	never      secondWhen = "never"
	after      secondWhen = "after"
	beforeLate secondWhen = "before late attempts"
	beside     secondWhen = "at the same time"
)

// secondRows are the rows of a second run.
type secondRows string

const (
	sameRows    secondRows = "the same"
	furtherRows secondRows = "further"
)

// play runs the pipelines and judges each.
func (r *randomRun) play(t *testing.T) {
	t.Helper()
	for _, w := range r.worlds {
		w.begin()
	}
	ctx, cancel := r.context(t)
	defer cancel()
	var second chan error
	if r.when == beside {
		second = make(chan error, 1)
		p := r.pipeline(t, r.seconds(), nil)
		go func() { second <- r.worlds[0].launch(ctx, t, p, 0) }()
	}
	first := r.worlds[0]
	rest, err := first.start(ctx, t, r.pipeline(t, r.worlds, cancel), 0)
	if rest != nil && r.when != beforeLate {
		err = rest.Finish(ctx)
	}
	o := outcome{r.worlds, err}
	if r.when == beside {
		o.judgeError(t)
		if err := <-second; err != nil {
			t.Errorf("second run at the same time: got error %v, want none", err)
		}
		r.judgeSecond(t, o, nil)
		return
	}
	o.judge(t)
	if r.when == never {
		return
	}
	r.playSecond(t, o, rest)
}

// playSecond runs the second pipeline after the first one, whose late attempts may end after it.
func (r *randomRun) playSecond(t *testing.T, o outcome, rest *retryrunner.Rest) {
	t.Helper()
	before := make([][]Row, len(r.worlds))
	for i, w := range r.worlds {
		before[i] = w.sink.Rows(t, w.Name)
	}
	ctx, cancel := r.context(t)
	defer cancel()
	if err := r.worlds[0].launch(ctx, t, r.pipeline(t, r.seconds(), nil), 0); err != nil {
		t.Errorf("second run: got error %v, want none", err)
		return
	}
	if rest != nil {
		if err := rest.Finish(ctx); err != nil {
			t.Error(err)
		}
	}
	r.judgeSecond(t, o, before)
}

// judgeSecond fails unless each destination has what its harness says of a second run. before has the rows that were visible
// before it, which decide only what a first run that failed has left; nil if both succeeded at the same time.
func (r *randomRun) judgeSecond(t *testing.T, o outcome, before [][]Row) {
	t.Helper()
	for _, e := range r.worlds[0].since() {
		o.judgeEntry(t, e)
	}
	for i, w := range r.seconds() {
		first := r.worlds[i].Input.rows()
		want, times := w.Input.rows(), 1
		switch {
		case w.harness.Leaves != "":
			r.judgeLeft(t, w, first)
			continue
		case w.harness.Second == Replaces:
		case r.rows == furtherRows:
			want = append(first, want...)
		case w.harness.Second == Adds && (before == nil || len(before[i]) > 0 && w.harness.ExactlyOnce || o.err == nil):
			times = 2
		}
		w.requireRows(t, want, times)
	}
}

// judgeLeft fails unless each row of the second run is at the destination, besides rows of the first that may be there once.
func (r *randomRun) judgeLeft(t *testing.T, w *world, first []Row) {
	t.Helper()
	got := w.sink.Rows(t, w.Name)
	lost, left, tooMany := compare(got, w.Input.rows(), 1).lost, map[Row]int{}, 0
	for _, row := range slices.Concat(first, w.Input.rows()) {
		left[row]++
	}
	for _, row := range got {
		if left[row]--; left[row] < 0 {
			tooMany++
		}
	}
	if lost > 0 || tooMany > 0 {
		t.Errorf("%s: got %d rows, want the %d of the second run, and those of the first at most once: %d lost, %d too many",
			w.Name, len(got), w.Input.Count, lost, tooMany)
	}
}

// seconds returns the worlds of the second run: the same destinations without faults.
func (r *randomRun) seconds() []*world {
	seconds := make([]*world, len(r.worlds))
	for i, w := range r.worlds {
		second := *w
		if r.rows == furtherRows {
			second.Input = input{First: w.Input.First + w.Input.Count, Count: 1 + w.Input.Count/2}
		}
		seconds[i] = &second
	}
	return seconds
}

// pipeline returns the pipeline of all sinks. Without cancel nothing happens after half of the rows.
func (r *randomRun) pipeline(t testing.TB, worlds []*world, cancel func()) *beam.Pipeline {
	t.Helper()
	p, s := beam.NewPipelineWithRoot()
	for _, w := range worlds {
		var half func(*http.Request)
		if cancel != nil {
			half = w.half(cancel)
		}
		w.add(t, s, half)
	}
	return p
}

// fleeting reports whether the cloud's clock must not move before all rows are read.
func (r *randomRun) fleeting() bool {
	return slices.ContainsFunc(r.worlds, func(w *world) bool { return w.harness.Fleeting != "" })
}

// context returns the context of a run, in which pauses between attempts move the cloud's clock, if it may move.
func (r *randomRun) context(t testing.TB) (context.Context, context.CancelFunc) {
	ctx := retry.WithPauses(t.Context(), func(ctx context.Context, d time.Duration) error {
		if !r.fleeting() {
			r.worlds[0].Advance(d)
		}
		return ctx.Err()
	})
	return context.WithTimeout(ctx, runTimeout)
}

// describe returns the scene in one line.
func (sc scene) describe() string {
	text := []string{fmt.Sprintf("%d rows", sc.Input.Count)}
	for _, event := range []struct {
		name, value string
	}{
		{"occupied with", string(sc.Occupied)}, {"key", string(sc.Before)}, {"key later", string(sc.Later)},
	} {
		if event.value != "" {
			text = append(text, event.name+" "+event.value)
		}
	}
	if sc.Cancelled {
		text = append(text, "cancelled")
	}
	if sc.Fault.Method != "" {
		text = append(text, sc.Fault.String())
	}
	return strings.Join(text, ", ")
}
