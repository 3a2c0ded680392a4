package conformance

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/conformance/retryrunner"
)

// runTimeout is the timeout of a run. It is far more than any run needs, so that only a blocked run reaches it.
const runTimeout = 5 * time.Minute

// run runs the scene's pipeline and returns the runner's error.
func (w *world) run(t testing.TB) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	return w.launch(ctx, t, w.pipeline(t, w.half(cancel)))
}

// again runs the pipeline once more without faults.
func (w *world) again(t testing.TB) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	return w.launch(ctx, t, w.pipeline(t, nil))
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

func (w *world) launch(ctx context.Context, t testing.TB, p *beam.Pipeline) error {
	t.Helper()
	rest, err := w.start(ctx, t, p)
	if err != nil || rest == nil {
		return err
	}
	return rest.Finish(ctx)
}

// start is launch without the attempts that end after the run, which are returned; nil on Prism.
func (w *world) start(ctx context.Context, t testing.TB, p *beam.Pipeline) (*retryrunner.Rest, error) {
	t.Helper()
	if w.Retries.Bundles > 0 {
		return retryrunner.Start(ctx, p, w.Retries.config(w.Cloud))
	}
	_, err := w.result(ctx, t, p)
	return nil, err
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
