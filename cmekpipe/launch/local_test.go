package launch_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/passert"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

const keyName = "projects/bank-keys/locations/us-central1/keyRings/r/cryptoKeys/pipelines"

func localOptions(t *testing.T, runner string) *cmekpipe.Options {
	t.Helper()
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{
		Runner: runner, Key: keyName, Project: "bank-prod", TempLocation: "gs://bank-work/tmp",
	})
	if err != nil {
		t.Fatal(err)
	}
	return opts
}

func eachLocalRunner(t *testing.T, test func(t *testing.T, opts *cmekpipe.Options)) {
	for _, runner := range []string{"prism", "PrismRunner", "direct", "DirectRunner", ""} {
		t.Run("runner "+runner, func(t *testing.T) { test(t, localOptions(t, runner)) })
	}
}

func TestLocalRunnersRunThePipeline(t *testing.T) {
	eachLocalRunner(t, func(t *testing.T, opts *cmekpipe.Options) {
		p, s := beam.NewPipelineWithRoot()
		passert.Equals(s, beam.ParDo(s, shout, beam.Create(s, "a", "b")), "a!", "b!")
		result, err := launch.Run(t.Context(), opts, p)
		if err != nil {
			t.Fatal(err)
		}
		if result.Coverage == nil || len(result.Coverage.Transforms) == 0 {
			t.Error("got no coverage, want what guard found")
		}
		if result.Job != nil {
			t.Errorf("got job %v, want none", result.Job)
		}
	})
}

func TestLocalRunnersFailWithThePipeline(t *testing.T) {
	eachLocalRunner(t, func(t *testing.T, opts *cmekpipe.Options) {
		p, s := beam.NewPipelineWithRoot()
		beam.ParDo(s, breakOn, beam.Create(s, secret))
		_, err := launch.Run(t.Context(), opts, p)
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.JobFailed {
			t.Fatalf("got error %v, want code %q", err, cmekpipe.JobFailed)
		}
		// The pipeline ran in this process, where nothing has to be withheld.
		if !strings.Contains(err.Error(), "breakOn") || !strings.Contains(err.Error(), "can't parse "+secret) {
			t.Errorf("got error %v, want it to name the DoFn, and the DoFn's own error", err)
		}
		if cause := errors.Unwrap(e.Err); cause == nil || !strings.Contains(cause.Error(), secret) {
			t.Errorf("got cause %v, want the runner's whole error", cause)
		}
	})
}

func TestAWorkersOwnErrorComesBackTyped(t *testing.T) {
	eachLocalRunner(t, func(t *testing.T, opts *cmekpipe.Options) {
		p, s := beam.NewPipelineWithRoot()
		beam.ParDo(s, refuseOn, beam.Create(s, secret))
		_, err := launch.Run(t.Context(), opts, p)
		e := requireError(t, err, cmekpipe.KeyDisabled, "gs://bank-out/a")
		if e.Op != "textio.Write" || e.Hint != "enable it" || !strings.HasSuffix(e.Err.Error(), "got a key that is off") {
			t.Errorf("got %#v, want what the worker said", e)
		}
		if !errors.Is(err, cmekpipe.KeyDisabled) {
			t.Error("got an error that is not KeyDisabled")
		}
	})
}

func TestLocalRunnersRefuseWhatGuardRefuses(t *testing.T) {
	eachLocalRunner(t, func(t *testing.T, opts *cmekpipe.Options) {
		p, s := beam.NewPipelineWithRoot()
		beamtextio.Write(s, "gs://bank-out/counts", beam.Create(s, secret))
		result, err := launch.Run(t.Context(), opts, p)
		if !errors.Is(err, cmekpipe.Unprotected) {
			t.Fatalf("got error %v, want code %q", err, cmekpipe.Unprotected)
		}
		if result == nil || result.Coverage == nil {
			t.Error("got no coverage with the refusal")
		}
	})
}

func TestBadCallsAreRefused(t *testing.T) {
	p := harmless()
	for _, tc := range []struct {
		name string
		opts *cmekpipe.Options
		p    *beam.Pipeline
		want string
	}{
		{"nil options", nil, p, "options"},
		{"zero options", &cmekpipe.Options{}, p, "options"},
		{"nil pipeline", localOptions(t, "prism"), nil, "pipeline"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := launch.Run(t.Context(), tc.opts, tc.p)
			e := requireError(t, err, cmekpipe.InvalidOptions, "")
			if !strings.Contains(e.Error(), tc.want) || result == nil {
				t.Errorf("got %v, %v, want an error about %s", result, err, tc.want)
			}
		})
	}
}

func TestAContextThatEndedLaunchesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	eachLocalRunner(t, func(t *testing.T, opts *cmekpipe.Options) {
		if _, err := launch.Run(ctx, opts, harmless()); err != context.Canceled {
			t.Errorf("got error %v, want %v itself", err, context.Canceled)
		}
	})
}

func TestPrismStopsWithTheContext(t *testing.T) {
	started := make(chan struct{})
	defer signalStart(started)()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo(s, block, beam.Create(s, "a"))
	go func() {
		<-started
		cancel()
	}()
	config := localOptions(t, "prism").Config()
	config.JobName = "stopped"
	opts, err := cmekpipe.FromConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := launch.Run(ctx, opts, p); err != context.Canceled {
		t.Errorf("got error %v, want %v itself", err, context.Canceled)
	}
	state, err := launch.PrismState(t.Context(), "stopped")
	for state == "CANCELLING" && err == nil {
		state, err = launch.PrismState(t.Context(), "stopped")
	}
	// Prism calls a job failed if it sees the worker go before it has seen the job's own end. It has ended either way.
	if (state != "CANCELLED" && state != "FAILED") || err != nil {
		t.Errorf("got a job in %q, %v, want it ended", state, err)
	}
}

func TestPrismRunsPipelinesConcurrently(t *testing.T) {
	for range 3 {
		t.Run("one of several", func(t *testing.T) {
			t.Parallel()
			p, s := beam.NewPipelineWithRoot()
			passert.Equals(s, beam.ParDo(s, shout, beam.Create(s, "a", "b")), "a!", "b!")
			if _, err := launch.Run(t.Context(), localOptions(t, "prism"), p); err != nil {
				t.Error(err)
			}
		})
	}
}
