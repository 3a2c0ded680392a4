package launch_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestAStreamingJobIsDrainedAndCancelled(t *testing.T) {
	for _, tc := range []struct {
		want string
		stop func(context.Context, *job.Job, ...launch.Option) error
	}{
		{"JOB_STATE_DRAINED", launch.Drain},
		{"JOB_STATE_CANCELLED", launch.Cancel},
	} {
		t.Run(tc.want, func(t *testing.T) {
			w := newWorld(t)
			w.Dataflow().SetVisibility(emulator.Visibility{Reads: 2, StateLag: 10 * time.Millisecond})
			result, err := w.stream(nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // asking twice does no harm
				if err := tc.stop(t.Context(), result.Job, launch.WithHaste(), launch.WithProgress(w.said)); err != nil {
					t.Fatal(err)
				}
			}
			if string(result.Job.State) != tc.want || !strings.Contains(w.said.String(), "is "+tc.want) {
				t.Errorf("got state %s and progress %q, want %s", result.Job.State, w.said, tc.want)
			}
		})
	}
}

func TestWhatCantBeStoppedIsSaid(t *testing.T) {
	w := newWorld(t)
	batch, err := w.run(nil)
	if err != nil {
		t.Fatal(err)
	}
	haste := launch.WithHaste()
	err = launch.Drain(t.Context(), batch.Job, haste)
	if e := requireError(t, err, cmekpipe.Unsupported, batch.Job.String()); e.Op != "launch.Drain" {
		t.Errorf("got operation %s, want launch.Drain", e.Op)
	}
	err = launch.Cancel(t.Context(), batch.Job, haste)
	if e := requireError(t, err, cmekpipe.PreconditionFailed, batch.Job.String()); !strings.Contains(e.Err.Error(), "JOB_STATE_DONE") {
		t.Errorf("got %q, want the state that the job is in", e.Err)
	}
	gone := *batch.Job
	gone.ID = "2026-01-01_00_00_00-1"
	requireError(t, launch.Cancel(t.Context(), &gone, haste), cmekpipe.NotFound, gone.String())
	requireError(t, launch.Drain(t.Context(), nil), cmekpipe.InvalidOptions, "job")
	requireError(t, launch.Cancel(t.Context(), &job.Job{}), cmekpipe.InvalidOptions, "job")
}

func TestStoppingIsForbiddenOrInterrupted(t *testing.T) {
	w := newWorld(t)
	result, err := w.stream(nil)
	if err != nil {
		t.Fatal(err)
	}
	remove := w.Inject(emulator.Fault{Method: "dataflow.jobs.update", Status: 403})
	requireError(t, launch.Cancel(t.Context(), result.Job, launch.WithHaste()), cmekpipe.PermissionDenied, result.Job.String())
	remove()
	p := w.Dataflow().Pace()
	p.Stopping = time.Hour
	w.Dataflow().SetPace(p)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var draining, seen atomic.Int32
	w.Inject(emulator.Fault{Method: "dataflow.jobs.update", OnEffect: func(emulator.Method, string) { draining.Add(1) }})
	w.Inject(emulator.Fault{Method: "dataflow.jobs.get", OnBegin: func(emulator.Method, string) {
		if draining.Load() > 0 && seen.Add(1) == 3 { // two answers have said that the job is draining
			cancel()
		}
	}})
	if err := launch.Drain(ctx, result.Job, launch.WithHaste()); err != context.Canceled {
		t.Errorf("got error %v, want %v itself", err, context.Canceled)
	}
	if err := launch.Drain(ctx, result.Job); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v of a context that has ended", err)
	}
	if result.Job.State != "JOB_STATE_DRAINING" {
		t.Errorf("got state %s, want the last one seen", result.Job.State)
	}
}
