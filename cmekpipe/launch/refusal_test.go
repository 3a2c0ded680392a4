package launch_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/typex"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/hooks"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/protox"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/util/reflectx"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func unprotected() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	beamtextio.Write(s, "gs://bank-out/counts", beam.Create(s, secret))
	return p
}

// streaming reads a subscription as Beam's pubsubio does: with a transform that only Dataflow knows.
func streaming() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	payload := protox.MustEncode(&pipepb.PubSubReadPayload{Subscription: "projects/bank-prod/subscriptions/sub", IdAttribute: secret})
	beam.External(s, "beam:transform:pubsub_read:v1", payload, nil, []beam.FullType{typex.New(reflectx.ByteSlice)}, false)
	return p
}

// requireNothing fails the test if the refused launch left anything.
func requireNothing(t *testing.T, w *world) {
	t.Helper()
	if got := w.entries("object"); len(got) != 0 {
		t.Errorf("got objects %v, want none", got)
	}
	if got := w.entries("job"); len(got) != 0 {
		t.Errorf("got jobs %v, want none", got)
	}
	for _, bucket := range w.entries("bucket") {
		if !strings.HasPrefix(bucket.Name, "gs://bank-") {
			t.Errorf("got bucket %v, want the test's own alone", bucket)
		}
	}
}

func TestAFileOnAWorkersDiskIsRefusedOnDataflow(t *testing.T) {
	w := newWorld(t)
	p, s := beam.NewPipelineWithRoot()
	beamtextio.Write(s, "/out/counts", beam.Create(s, secret))
	_, err := launch.Run(t.Context(), w.options(nil), p, launch.WithHaste(), launch.WithProgress(w.said))
	requireError(t, err, cmekpipe.Unsupported, "root/textio.Write/textio.writeFileFn")
	requireNothing(t, w)
}

func TestOptionsThatAKeyCantCoverAreRefused(t *testing.T) {
	w := newWorld(t)
	missing := filepath.Join(t.TempDir(), "no-such-worker")
	for _, tc := range []struct {
		name     string
		change   func(*cmekpipe.Config)
		code     cmekpipe.Code
		resource string
	}{
		{"an update", func(c *cmekpipe.Config) { c.Update = true }, cmekpipe.Unsupported, "update"},
		{"no worker", func(c *cmekpipe.Config) { c.WorkerBinary = missing }, cmekpipe.NotFound, missing},
		{"a folder as worker", func(c *cmekpipe.Config) { c.WorkerBinary = filepath.Dir(missing) }, cmekpipe.InvalidOptions, filepath.Dir(missing)},
		{"no temp bucket", func(c *cmekpipe.Config) {
			c.TempLocation, c.StagingLocation = "gs://bank-none/tmp", "gs://bank-work/staging"
		}, cmekpipe.NotFound, "gs://bank-none"},
		{"no staging bucket", func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-none/staging" }, cmekpipe.NotFound, "gs://bank-none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := w.run(tc.change)
			requireError(t, err, tc.code, tc.resource)
			requireNothing(t, w)
			if result.Job != nil {
				t.Errorf("got job %v, want none", result.Job)
			}
		})
	}
}

func TestAnotherVersionOfBeamIsRefused(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(func(c *cmekpipe.Config) { c.SDKVersion = "2.50.0" })
	faults := cmekpipe.OptionErrors(err)
	if len(faults) != 1 || faults[0].Code != cmekpipe.InvalidOptions || faults[0].Resource != "sdk_version" {
		t.Errorf("got error %v, want one fault of sdk_version with code %q", err, cmekpipe.InvalidOptions)
	}
	requireNothing(t, w)
	if result.Job != nil {
		t.Errorf("got job %v, want none", result.Job)
	}
}

func TestABucketElsewhereIsRefused(t *testing.T) {
	for _, where := range []string{"us-east1", "US", "NAM4"} {
		t.Run(where, func(t *testing.T) {
			w := newWorld(t)
			w.CreateBucket("bank-elsewhere", where, cmekpipe.KeyName{})
			_, err := w.run(func(c *cmekpipe.Config) {
				c.TempLocation, c.StagingLocation = "gs://bank-elsewhere/tmp", "gs://bank-work/staging"
			})
			requireError(t, err, cmekpipe.LocationMismatch, "gs://bank-elsewhere")
			if got := w.entries("object"); len(got) != 0 {
				t.Errorf("got objects %v, want none", got)
			}
		})
	}
}

func TestABucketThatCannotBeReadIsNotReportedMissing(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "storage.buckets.get", Status: 403})
	_, err := w.run(nil)
	e := requireError(t, err, cmekpipe.PermissionDenied, "gs://bank-work")
	if !strings.Contains(e.Hint, "storage.buckets.get") {
		t.Errorf("got hint %q, want it to name the permission", e.Hint)
	}
	requireNothing(t, w)
}

func TestABucketWhoseServiceStaysAwayStopsTheLaunch(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "storage.buckets.get", Status: 503})
	_, err := w.run(nil)
	requireError(t, err, cmekpipe.Unavailable, "gs://bank-work")
	requireNothing(t, w)
}

func TestProfilingHooksAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"prof", "trace", "heap", "beam:go:hook:diagnostics:heapDump"} {
		if name != "beam:go:hook:diagnostics:heapDump" { // Beam's harness, which is linked in, has it already
			hooks.RegisterHook(name, func([]string) hooks.Hook { return hooks.Hook{} })
		}
		if err := hooks.EnableHook(name); err != nil {
			t.Fatal(err)
		}
		_, err := w.run(nil)
		hooks.DisableHook(name)
		requireError(t, err, cmekpipe.Unsupported, "hook "+name)
		requireNothing(t, w)
	}
}

func TestPrismRefusesWhatOnlyDataflowKnows(t *testing.T) {
	p := streaming()
	_, err := launch.Run(t.Context(), localOptions(t, "prism"), p)
	if got := cmekpipe.CodeOf(err); got != cmekpipe.Unsupported {
		t.Errorf("got error %v, want code %q", err, cmekpipe.Unsupported)
	}
}

func TestDataflowRunsWhatOnlyDataflowKnows(t *testing.T) {
	w := newWorld(t)
	p := streaming()
	opts := w.options(func(c *cmekpipe.Config) { c.Async = true })
	if _, err := launch.Run(t.Context(), opts, p, launch.WithHaste(), launch.WithProgress(w.said)); err != nil {
		t.Fatal(err)
	}
	j := w.jobs()[0]
	if got := strings.Join(j.Environment.Experiments, ","); j.Type != "JOB_TYPE_STREAMING" ||
		!strings.HasSuffix(got, ",enable_streaming_engine,enable_windmill_service") {
		t.Errorf("got type %s and experiments %s, want a streaming job on Streaming Engine", j.Type, got)
	}
}

func TestEmulatorVariablesStopARealLaunch(t *testing.T) {
	w := newWorld(t)
	opts := w.options(nil)
	for _, tc := range []struct {
		name, variable, value string
		alone                 bool
	}{
		{"storage alone", "STORAGE_EMULATOR_HOST", "127.0.0.1:1", true},
		{"dataflow alone", "DATAFLOW_EMULATOR_HOST", "127.0.0.1:1", true},
		{"another alone", "PUBSUB_EMULATOR_HOST", "localhost:1", true},
		{"storage elsewhere", "STORAGE_EMULATOR_HOST", "https://storage.example.com", false},
		{"dataflow elsewhere", "DATAFLOW_EMULATOR_HOST", "10.0.0.1:80", false},
		{"another elsewhere", "SPANNER_EMULATOR_HOST", "spanner:9010", false},
		{"an unknown one elsewhere", "FUTURE_EMULATOR_HOST", "127.0.0.1.example.com:80", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, pair := range w.Environ() {
				if name, _, _ := strings.Cut(pair, "="); tc.alone {
					t.Setenv(name, "")
				}
			}
			t.Setenv(tc.variable, tc.value)
			_, err := launch.Run(t.Context(), opts, harmless(), launch.WithHaste(), launch.WithProgress(w.said))
			e := requireError(t, err, cmekpipe.EmulatorSet, tc.variable)
			if !strings.HasPrefix(e.Hint, "unset ") || !strings.Contains(e.Hint, tc.variable) {
				t.Errorf("got hint %q, want what to type", e.Hint)
			}
			requireNothing(t, w)
		})
	}
}

func TestLoopbackInEverySpellingIsLoopback(t *testing.T) {
	w := newWorld(t)
	for _, host := range []string{"localhost:1", "127.0.0.1:1", "[::1]:1", "http://127.0.0.1:1/", "::1", "localhost", "127.9.9.9"} {
		t.Run(host, func(t *testing.T) {
			t.Setenv("PUBSUB_EMULATOR_HOST", host)
			if _, err := w.run(nil); err != nil {
				t.Error(err)
			}
		})
	}
}
