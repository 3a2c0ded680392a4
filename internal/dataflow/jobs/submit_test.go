package jobs_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

func TestAJobThatDiffersFromTheRequestIsCancelled(t *testing.T) {
	for name, tt := range map[string]struct {
		tamper func(*api.Job)
		code   cmekpipe.Code
	}{
		"key":               {func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" }, cmekpipe.KeyMissing},
		"region of workers": {func(j *api.Job) { j.Environment.WorkerRegion = "europe-west1" }, cmekpipe.LocationMismatch},
		"temporary bucket":  {func(j *api.Job) { j.Environment.TempStoragePrefix = "storage.googleapis.com/other/tmp" }, cmekpipe.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			j := newFixture(t)
			asked := j.job("req-1")
			asked.Environment.TempStoragePrefix = "storage.googleapis.com/bank/tmp"
			j.cloud.Dataflow().Tamper(tt.tamper)
			made, err := j.Submit(t.Context(), asked, time.Time{})
			if !errors.Is(err, tt.code) || made.Open || made.Job != nil {
				t.Errorf("got %+v and %v, want %s and a job that has stopped", made, err, tt.code)
			}
			if err != nil && strings.Contains(err.Error(), "before the job could be cancelled") {
				t.Errorf("got error %v of a job that was cancelled", err)
			}
			list, err := j.API.Projects.Locations.Jobs.List(cmektest.Project, region).Do()
			if err != nil || len(list.Jobs) != 1 || jobs.StateOf(list.Jobs[0]) != job.Cancelled {
				t.Errorf("got %+v and %v, want one cancelled job", list, err)
			}
		})
	}
}

func TestNothingIsSentIfTheNameIsNotKnownToBeFree(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for name, tt := range map[string]struct {
		ctx   context.Context
		fault emulator.Fault
		want  error
	}{
		"context ended":     {ctx: ended, want: context.Canceled},
		"search forbidden":  {ctx: t.Context(), fault: emulator.Fault{Method: emulator.DataflowJobsList, Status: http.StatusForbidden}, want: cmekpipe.PermissionDenied},
		"search unanswered": {ctx: t.Context(), fault: emulator.Fault{Method: emulator.DataflowJobsList, Status: http.StatusServiceUnavailable}, want: cmekpipe.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			j := newFixture(t)
			if tt.fault.Method != "" {
				j.cloud.Inject(tt.fault)
			}
			c := j.once("req-1", nil)
			c.Send = func(context.Context) (*api.Job, error) { return nil, errors.New("sent") }
			made, err := j.SubmitWith(tt.ctx, c)
			if !errors.Is(err, tt.want) || made.Open || strings.Contains(err.Error(), "sent") {
				t.Errorf("got %+v and %v, want %v and no call", made, err, tt.want)
			}
		})
	}
}

func TestTheNameOfAJobThatEndedIsFree(t *testing.T) {
	j := newFixture(t)
	first, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Stop(t.Context(), first.Job.ID, job.Cancelled); err != nil {
		t.Fatal(err)
	}
	made, err := j.SubmitWith(t.Context(), j.once("req-2", func(made *api.Job) (*api.Job, error) { return made, nil }))
	if err != nil || made.Job == nil {
		t.Errorf("got %+v and %v, want a second job", made, err)
	}
}

// The only call was refused, so that no job of its own can exist.
func TestANameThatIsTakenAtTheFirstCallLeavesNothingOpen(t *testing.T) {
	j := newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: emulator.DataflowJobsCreate, Status: http.StatusConflict})
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if !errors.Is(err, cmekpipe.AlreadyExists) || made.Open {
		t.Errorf("got %+v and %v, want a refusal that leaves nothing open", made, err)
	}
}

func TestALauncherThatFailedIsNotAMissingKey(t *testing.T) {
	for name, failed := range map[string]bool{"failed": true, "running": false} {
		t.Run(name, func(t *testing.T) {
			j := newFixture(t)
			j.cloud.Dataflow().Tamper(func(made *api.Job) { made.Environment.ServiceKmsKeyName = "" })
			j.cloud.Dataflow().TamperAnswers(func(_ emulator.Method, answered *api.Job) {
				if failed {
					answered.CurrentState = string(job.Failed)
				}
			})
			want := cmekpipe.KeyMissing
			if failed {
				want = cmekpipe.JobFailed
			}
			c := j.once("req-1", func(made *api.Job) (*api.Job, error) { return made, nil })
			c.Request.Launcher = true
			if made, err := j.SubmitWith(t.Context(), c); !errors.Is(err, want) || made.Job != nil {
				t.Errorf("got %+v and %v, want %s", made, err, want)
			}
		})
	}
}
