package jobs_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const region = "us-central1"

type fixture struct {
	*jobs.Service
	cloud *cmektest.Cloud
	t     *testing.T
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithoutEnv())
	service, err := api.NewService(t.Context(), cloud.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{cloud: cloud, t: t, Service: &jobs.Service{
		Op: "test.Op", Project: cmektest.Project, Region: region, Key: cloud.CreateKey(region, "pipelines"), API: service,
		Progress: progress.New(nil),
		Pace: jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 10 * time.Millisecond, Attempts: 3},
			SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 5 * time.Second},
	}}
}

// job is one to submit.
func (j *fixture) job(request string) *api.Job {
	return &api.Job{Name: "nightly", Type: "JOB_TYPE_STREAMING", ClientRequestId: request, Labels: map[string]string{"team": "risk"},
		Environment: &api.Environment{ServiceKmsKeyName: j.Key.String()}}
}

func TestAJobHasItsRequestIDTwice(t *testing.T) {
	j := newFixture(t)
	asked := j.job("req-1")
	made, err := j.Submit(t.Context(), asked, time.Time{})
	if err != nil || made.Open {
		t.Fatalf("got %+v and %v, want a job", made, err)
	}
	stored, err := j.Get(t.Context(), made.Job.ID, jobs.ViewAll)
	if err != nil {
		t.Fatal(err)
	}
	if stored.ClientRequestId != "req-1" || stored.Labels[jobs.RequestLabel] != jobs.Label("req-1", j.Key) || stored.Labels["team"] != "risk" {
		t.Errorf("got request id %q and labels %v, want the request in both", stored.ClientRequestId, stored.Labels)
	}
	if len(asked.Labels) != 1 {
		t.Errorf("got labels %v in the caller's job, want them untouched", asked.Labels)
	}
}

// Google's page on field clientRequestId does not say that it can be read.
func TestAJobIsFoundByItsLabelAlone(t *testing.T) {
	j := newFixture(t)
	j.cloud.Dataflow().TamperAnswers(func(_ emulator.Method, job *api.Job) { job.ClientRequestId = "" })
	recorded := time.Now()
	made, err := j.Submit(t.Context(), j.job("req-1"), recorded)
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := j.CheckOrphan(t.Context(), jobs.Request{ID: "req-1", Name: "nightly", Recorded: recorded})
	if err != nil || found == nil || found.Job != *made.Job || found.Err != nil {
		t.Errorf("got %+v and %v, want job %s under its key", found, err, made.Job.ID)
	}
	if found, err := j.AwaitOrphan(t.Context(), jobs.Request{ID: "req-2", Name: "nightly", Recorded: recorded}); found != nil || err != nil {
		t.Errorf("got %+v and %v for another request, want none", found, err)
	}
}

// Whoever may view jobs knows their request ids, and whoever may write to the staging location can write a record. A record that
// names another key than the job was to have must not get the job cancelled.
func TestARecordWithAnotherKeyFindsNoJob(t *testing.T) {
	j := newFixture(t)
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	forger := *j.Service
	forger.Key = j.cloud.CreateKey(region, "forged")
	r := jobs.Request{ID: "req-1", Name: "nightly"}
	if found, err := forger.AwaitOrphan(t.Context(), r); found != nil || err != nil {
		t.Errorf("got %+v and %v, want no job", found, err)
	}
	if found, err := forger.Proven(t.Context(), r, made.Job.ID); found != nil || err != nil {
		t.Errorf("got %+v and %v by the job's id, want no job", found, err)
	}
	stored, err := j.Get(t.Context(), made.Job.ID, jobs.ViewSummary)
	if err != nil || jobs.StateOf(stored).Ended() || jobs.StateOf(stored) == job.Cancelling {
		t.Errorf("got %v and %v, want the job left alone", stored, err)
	}
}

// The launcher's clock may be wrong, so that only Google's clocks count.
func TestARecordIsGoneByDataflowsClock(t *testing.T) {
	j := newFixture(t)
	r := jobs.Request{ID: "req-1", Name: "nightly", Recorded: time.Now()}
	if _, gone, err := j.CheckOrphan(t.Context(), r); gone || err != nil {
		t.Errorf("got gone: %v and %v for a record of this moment", gone, err)
	}
	j.cloud.Advance(time.Minute)
	if _, gone, err := j.CheckOrphan(t.Context(), r); !gone || err != nil {
		t.Errorf("got gone: %v and %v a minute later, want no call that could still take effect", gone, err)
	}
}

func TestCallsThatCreateAJobEnd(t *testing.T) {
	j := newFixture(t)
	j.Pace.SubmitTimeout, j.Pace.Attempts = 100*time.Millisecond, 1000
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Status: 503})
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if !made.Open || !errors.Is(err, cmekpipe.Unavailable) {
		t.Errorf("got %+v and %v, want an end that is open", made, err)
	}
}

func TestRecoverCancelsWhatHasAnotherKey(t *testing.T) {
	j := newFixture(t)
	j.cloud.Dataflow().SetVisibility(emulator.Visibility{Delay: 50 * time.Millisecond})
	stray := j.job("req-1")
	stray.Environment.ServiceKmsKeyName, stray.Labels[jobs.RequestLabel] = "", jobs.Label("req-1", j.Key)
	if _, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, stray).Do(); err != nil {
		t.Fatal(err)
	}
	r := jobs.Request{ID: "req-1", Name: "nightly", Recorded: time.Now()}
	if found, gone, err := j.CheckOrphan(t.Context(), r); found != nil || gone || err != nil {
		t.Errorf("got %+v and %v at once, want a job that is not visible yet", found, err)
	}
	found, err := j.AwaitOrphan(t.Context(), r)
	if err != nil || found == nil || !errors.Is(found.Err, cmekpipe.KeyMissing) || found.Job.State != job.Cancelled {
		t.Fatalf("got %+v and %v, want a cancelled job", found, err)
	}
}

func TestAnOpenSubmissionSaysSo(t *testing.T) {
	j := newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Status: 503})
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if !errors.Is(err, cmekpipe.Unavailable) || !made.Open {
		t.Errorf("got %+v and %v, want an end that is open", made, err)
	}
	j = newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Status: 403})
	if made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{}); !errors.Is(err, cmekpipe.PermissionDenied) || made.Open {
		t.Errorf("got %+v and %v, want a refusal", made, err)
	}
}

// A call that is refused says nothing of the one before, whose answer was lost.
func TestAJobWhoseAnswerWasLostIsStoppedWhateverTheNextAnswerIs(t *testing.T) {
	j := newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Call: 1, Reset: true})
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Call: 2, Status: 403})
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if !errors.Is(err, cmekpipe.PermissionDenied) || made.Open || made.Job != nil {
		t.Errorf("got %+v and %v, want the refusal and a job that is stopped", made, err)
	}
	list, err := j.API.Projects.Locations.Jobs.List(cmektest.Project, region).Do()
	if err != nil || len(list.Jobs) != 1 || jobs.StateOf(list.Jobs[0]) != job.Cancelled {
		t.Errorf("got jobs %+v and error %v, want one that is cancelled", list, err)
	}
}

func TestAJobThatCannotBeSearchedForIsReported(t *testing.T) {
	j := newFixture(t)
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.create", Reset: true})
	j.cloud.Inject(emulator.Fault{Method: "dataflow.jobs.list", Status: 403})
	made, err := j.Submit(t.Context(), j.job("req-1"), time.Time{})
	if !made.Open || !errors.Is(err, cmekpipe.Unavailable) || !errors.Is(err, cmekpipe.Internal) {
		t.Errorf("got %+v and %v, want that somebody must look", made, err)
	}
}

// A name is taken by a job that nobody can see yet: its own first attempt, or another's.
func TestATakenNameIsReadUntilItsJobIsVisible(t *testing.T) {
	j := newFixture(t)
	j.cloud.Dataflow().SetVisibility(emulator.Visibility{Delay: 50 * time.Millisecond})
	other := j.job("theirs")
	created, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, other).Do()
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.Submit(t.Context(), j.job("ours"), time.Time{})
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.AlreadyExists || e.Resource != j.Resource(created.Id) {
		t.Errorf("got error %v, want the job that has the name", err)
	}
}

func TestTheExistingJobAsAnswerIsNotAdopted(t *testing.T) {
	j := newFixture(t)
	j.cloud.Dataflow().AnswerExisting(true)
	created, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, j.job("theirs")).Do()
	if err != nil {
		t.Fatal(err)
	}
	for _, hide := range []bool{false, true} {
		if hide {
			j.cloud.Dataflow().TamperAnswers(func(_ emulator.Method, job *api.Job) { job.ClientRequestId = "" })
		}
		_, err = j.Submit(t.Context(), j.job("ours"), time.Time{})
		if e, ok := errors.AsType[*cmekpipe.Error](err); !ok || e.Code != cmekpipe.AlreadyExists || e.Resource != j.Resource(created.Id) {
			t.Errorf("got error %v, want that the name is taken", err)
		}
	}
	stored, err := j.Get(t.Context(), created.Id, jobs.ViewSummary)
	if err != nil || slices.Contains([]job.State{job.Cancelled, job.Cancelling}, jobs.StateOf(stored)) {
		t.Errorf("got %v and %v, want the other's job untouched", stored, err)
	}
}
