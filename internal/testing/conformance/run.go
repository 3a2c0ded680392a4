package conformance

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

// runTimeout is the timeout of a run. It is far more than any run needs, so that only a blocked run reaches it.
const runTimeout = 5 * time.Minute

// run runs the scene's pipeline and returns the runner's error.
func (w *world) run(t testing.TB) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(shortpause.Context(t.Context()), runTimeout)
	defer cancel()
	return w.launch(ctx, t, w.pipeline(t, w.half(cancel)), w.attempts())
}

// again runs the pipeline once more without faults, so that each bundle must succeed at once.
func (w *world) again(t testing.TB) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(shortpause.Context(t.Context()), runTimeout)
	defer cancel()
	return w.launch(ctx, t, w.pipeline(t, nil), 1)
}

// half returns the event of the scene after half of the rows.
func (w *world) half(cancel func()) func(*http.Request) {
	switch {
	case w.Later != enabled:
		return func(*http.Request) { w.set(w.Later) }
	case w.Cancelled:
		return func(r *http.Request) {
			cancel()
			<-r.Context().Done()
		}
	}
	return nil
}

// allPortable is a flag, because Prism needs a whole core for as long as a sink waits.
var allPortable = flag.Bool("conformance.portable", false,
	"run all cases of the conformance suite on Prism, except for those in which bundles are attempted several times")

// attempts returns the number of attempts at each bundle of the run: one if it must succeed, because a connector must survive
// transient faults without the runner's help, or if a repeated attempt omits the forbidden call, and otherwise the runner's
// default, because no attempt may succeed.
func (w *world) attempts() int {
	if w.fatal() == "" || slices.Contains(w.harness.Sometimes, w.Fault.Method) {
		return 1
	}
	return 0
}

// launch runs a pipeline on package retryrunner, or on a portable runner, which makes one attempt at each bundle, if the scene
// or a flag says so.
func (w *world) launch(ctx context.Context, t testing.TB, p *beam.Pipeline, attempts int) error {
	t.Helper()
	rest, err := w.start(ctx, t, p, attempts)
	if err != nil || rest == nil {
		return err
	}
	return rest.Finish(ctx)
}

// start is launch without the attempts that end after the run, which are returned; nil on a portable runner.
func (w *world) start(ctx context.Context, t testing.TB, p *beam.Pipeline, attempts int) (*retryrunner.Rest, error) {
	t.Helper()
	config := w.Retries.config(w.Cloud)
	if w.Retries.Bundles > 0 {
		return retryrunner.Start(ctx, p, config)
	}
	if w.Portable || *allPortable || *jobopts.Endpoint != "" {
		_, err := w.result(ctx, t, p)
		return nil, err
	}
	config.Attempts = attempts
	return retryrunner.Start(ctx, p, config)
}

// result runs a pipeline on Prism, or on the job service of Beam's flag --endpoint, with workers in this process.
func (w *world) result(ctx context.Context, t testing.TB, p *beam.Pipeline) (*launch.Result, error) {
	t.Helper()
	runner := "prism"
	if *jobopts.Endpoint != "" {
		runner = "universal"
	}
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: runner, EnvironmentType: *jobopts.EnvironmentType, Project: cmektest.Project, TempLocation: "gs://never-used/tmp",
		Key: "projects/" + cmektest.Project + "/locations/us-central1/keyRings/cmektest/cryptoKeys/job",
	})
	if err != nil {
		t.Fatal(err)
	}
	return launch.Run(ctx, opts, p, launch.WithProgress(io.Discard), launch.WithLogger(slog.New(slog.DiscardHandler)))
}
