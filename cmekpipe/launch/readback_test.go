package launch_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// stream launches a job that runs until it is stopped, without waiting for it.
func (w *world) stream(change func(*cmekpipe.Config)) (*launch.Result, error) {
	w.t.Helper()
	opts := w.options(func(c *cmekpipe.Config) {
		c.Async = true
		if change != nil {
			change(c)
		}
	})
	return launch.Run(w.t.Context(), opts, streaming(), launch.WithHaste(), launch.WithProgress(w.said))
}

func storeKey(name string) func(*api.Job) {
	return func(j *api.Job) { j.Environment.ServiceKmsKeyName = name }
}

func TestAJobWithAnotherKeyIsCancelled(t *testing.T) {
	w := newWorld(t)
	other := w.CreateKey("us-central1", "pipelines2")
	ring := strings.TrimSuffix(w.key.String(), "/pipelines")
	for _, tc := range []struct {
		name   string
		tamper func(*api.Job)
		code   cmekpipe.Code
		texts  []string
	}{
		{"another key that begins alike", storeKey(other.String()), cmekpipe.KeyMismatch, []string{other.String(), w.key.String()}},
		{"a key in other letters", storeKey(ring + "/Pipelines"), cmekpipe.KeyMismatch, []string{"/Pipelines,", w.key.String()}},
		{"something that is no key", storeKey("pipelines"), cmekpipe.KeyMismatch, []string{"not the name of a key", w.key.String()}},
		{"no key", storeKey(""), cmekpipe.KeyMissing, []string{"no Cloud KMS key", w.key.String()}},
		{"no environment", func(j *api.Job) { j.Environment = nil }, cmekpipe.KeyMissing, []string{"no Cloud KMS key", w.key.String()}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.Dataflow().Tamper(tc.tamper)
			defer w.Dataflow().Tamper(nil)
			result, err := w.stream(nil)
			stored := w.jobs()[0]
			e := requireError(t, err, tc.code, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+stored.Id)
			for _, text := range tc.texts {
				if !strings.Contains(e.Err.Error(), text) {
					t.Errorf("got %q, want it to say %q", e.Err, text)
				}
			}
			if result.Job != nil {
				t.Errorf("got job %v, want none", result.Job)
			}
			if stored.CurrentState != "JOB_STATE_CANCELLED" && stored.CurrentState != "JOB_STATE_FAILED" {
				t.Errorf("got a job in %s, want it stopped", stored.CurrentState)
			}
		})
	}
}

func TestAJobThatContradictsItsLaunchIsCancelled(t *testing.T) {
	for _, tc := range []struct {
		name   string
		tamper func(*api.Job)
		code   cmekpipe.Code
		says   string
	}{
		{"workers in another region", func(j *api.Job) { j.Environment.WorkerRegion = "us-east1" }, cmekpipe.LocationMismatch, "us-east1"},
		{"workers in another zone", func(j *api.Job) { j.Environment.WorkerZone = "us-east1-b" }, cmekpipe.LocationMismatch, "us-east1-b"},
		{"a pool in another zone", func(j *api.Job) { j.Environment.WorkerPools[0].Zone = "zones/us-east1-b" }, cmekpipe.LocationMismatch, "us-east1-b"},
		{"another name", func(j *api.Job) { j.Name = "daily" }, cmekpipe.Internal, "daily"},
		{"another temp bucket", func(j *api.Job) { j.Environment.TempStoragePrefix = "gs://other/tmp" }, cmekpipe.Internal, "other"},
		{"another temp bucket in the API's form", func(j *api.Job) { j.Environment.TempStoragePrefix = "storage.googleapis.com/other/tmp" }, cmekpipe.Internal, "other"},
		{"another temp bucket as host", func(j *api.Job) { j.Environment.TempStoragePrefix = "other.storage.googleapis.com/tmp" }, cmekpipe.Internal, "other"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.Dataflow().Tamper(tc.tamper)
			_, err := w.stream(nil)
			stored := w.jobs()[0]
			e := requireError(t, err, tc.code, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+stored.Id)
			if !strings.Contains(e.Err.Error(), tc.says) {
				t.Errorf("got %q, want it to say %q", e.Err, tc.says)
			}
			if got := w.settled(); got != "JOB_STATE_CANCELLED" && got != "JOB_STATE_FAILED" {
				t.Errorf("got a job in %s, want it stopped", got)
			}
		})
	}
}

func TestWhatTheServiceFillsInIsNoContradiction(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(func(j *api.Job) {
		j.Environment.WorkerZone = "us-central1-f"
		j.Environment.TempStoragePrefix = "storage.googleapis.com/bank-work/tmp/nightly"
	})
	if _, err := w.stream(nil); err != nil {
		t.Error(err)
	}
}

func TestReadersThatLearnLateAreWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().SetVisibility(emulator.Visibility{Delay: 50 * time.Millisecond, StateLag: 20 * time.Millisecond})
	if _, err := w.run(nil); err != nil {
		t.Error(err)
	}
	w.Dataflow().Tamper(storeKey(""))
	if _, err := w.stream(func(c *cmekpipe.Config) { c.JobName = "second" }); !errors.Is(err, cmekpipe.KeyMissing) || errors.Is(err, cmekpipe.Internal) {
		t.Errorf("got error %v, want the job found without key and cancelled", err)
	}
	time.Sleep(50 * time.Millisecond)
	if got := w.settled(); got != "JOB_STATE_CANCELLED" {
		t.Errorf("got a job in %s, want it cancelled", got)
	}
}

func TestAJobWhoseAnswersAreLostIsFoundWhenItIsVisible(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().SetVisibility(emulator.Visibility{Delay: 50 * time.Millisecond})
	w.Inject(emulator.Fault{Method: "dataflow.jobs.create", Reset: true})
	if _, err := w.stream(nil); !errors.Is(err, cmekpipe.Unavailable) {
		t.Errorf("got error %v, want code %q", err, cmekpipe.Unavailable)
	}
	if got := w.settled(); got != "JOB_STATE_CANCELLED" {
		t.Errorf("got a job in %s, want it cancelled", got)
	}
}

func TestAJobThatEndsBeforeItCanBeCancelledIsShouted(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().SetPace(emulator.Pace{})
	w.Dataflow().Tamper(storeKey(""))
	_, err := w.run(nil)
	if !errors.Is(err, cmekpipe.KeyMissing) || !errors.Is(err, cmekpipe.Internal) || !strings.Contains(err.Error(), "JOB_STATE_DONE before") {
		t.Errorf("got error %v, want that the job ended without the key", err)
	}
}

func TestAVersionOfTheKeyIsTheKey(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(storeKey(w.key.Version(3).String()))
	if _, err := w.stream(nil); err != nil {
		t.Error(err)
	}
}

func TestAJobThatCantBeCancelledIsShouted(t *testing.T) {
	w := newWorld(t)
	w.Dataflow().Tamper(storeKey(""))
	w.Inject(emulator.Fault{Method: "dataflow.jobs.update", Status: 403})
	_, err := w.stream(nil)
	if !errors.Is(err, cmekpipe.KeyMissing) || !errors.Is(err, cmekpipe.Internal) {
		t.Fatalf("got error %v, want why it had to be cancelled and that it was not", err)
	}
	want := "gcloud dataflow jobs cancel " + w.jobs()[0].Id + " --project=" + cmektest.Project + " --region=us-central1"
	if !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want it to say %q", err, want)
	}
}

func TestAJobThatCantBeReadBackIsNotLeftRunning(t *testing.T) {
	w := newWorld(t)
	remove := w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Status: 403})
	_, err := w.stream(nil)
	if !errors.Is(err, cmekpipe.PermissionDenied) {
		t.Errorf("got error %v, want code %q", err, cmekpipe.PermissionDenied)
	}
	remove()
	if got := w.settled(); got != "JOB_STATE_CANCELLED" {
		t.Errorf("got a job in %s, want it cancelled", got)
	}
}

// settled waits until the newest job is not stopping any more and returns its state.
func (w *world) settled() string {
	w.t.Helper()
	for {
		if state := w.jobs()[0].CurrentState; state != "JOB_STATE_CANCELLING" && state != "JOB_STATE_PENDING" {
			return state
		}
	}
}

func TestAJobThatIsNotVisibleYetIsReadAgain(t *testing.T) {
	for _, status := range []int{404, 429, 500, 503} {
		w := newWorld(t)
		w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Call: 1, Status: status})
		w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Call: 2, Status: status})
		if _, err := w.run(nil); err != nil {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

// Several servers answer the readings of a new job, and one may not know it yet after another did.
func TestAJobThatOneServerDoesNotKnowYetIsFollowed(t *testing.T) {
	for call := range 4 {
		w := newWorld(t)
		w.Inject(emulator.Fault{Method: "dataflow.jobs.get", Call: call + 1, Status: 404})
		result, err := w.run(nil)
		if err != nil || result.Job.State != job.Done {
			t.Errorf("reading %d: got %v and %v, want the job followed to its end", call+1, result.Job, err)
		}
	}
}
