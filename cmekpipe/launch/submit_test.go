package launch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

func TestAJobOfTheSameNameIsNeverAdopted(t *testing.T) {
	for _, tc := range []struct {
		name   string
		tamper func(other cmekpipe.KeyName) func(*api.Job)
		says   func(w *world, other cmekpipe.KeyName) string
	}{
		{"under the same key", func(cmekpipe.KeyName) func(*api.Job) { return nil },
			func(w *world, _ cmekpipe.KeyName) string { return "encrypted with " + w.key.String() }},
		{"under another key", func(other cmekpipe.KeyName) func(*api.Job) {
			return func(j *api.Job) { j.Environment.ServiceKmsKeyName = other.String() }
		}, func(_ *world, other cmekpipe.KeyName) string { return "encrypted with " + other.String() }},
		{"under none", func(cmekpipe.KeyName) func(*api.Job) {
			return func(j *api.Job) { j.Environment.ServiceKmsKeyName = "" }
		}, func(*world, cmekpipe.KeyName) string { return "it has no key" }},
	} {
		for _, async := range []bool{false, true} {
			t.Run(tc.name, func(t *testing.T) {
				w := newWorld(t)
				other := w.CreateKey("us-central1", "other")
				id := w.squatter(tc.tamper(other))
				result, err := w.run(func(c *cmekpipe.Config) { c.Async = async })
				e := requireError(t, err, cmekpipe.AlreadyExists, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+id)
				if want := tc.says(w, other); !strings.Contains(e.Err.Error(), want) {
					t.Errorf("got %q, want it to say %q", e.Err, want)
				}
				if result.Job != nil {
					t.Errorf("got job %v, want none", result.Job)
				}
				if jobs := w.jobs(); len(jobs) != 1 || jobs[0].CurrentState != "JOB_STATE_RUNNING" {
					t.Errorf("got jobs %v, want the other one untouched", jobs)
				}
			})
		}
	}
}

// squatter is somebody else's streaming job by the name of nightly.
func (w *world) squatter(change func(*api.Job)) (id string) {
	w.t.Helper()
	service, err := api.NewService(w.t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		w.t.Fatal(err)
	}
	j := &api.Job{Name: "nightly", Type: "JOB_TYPE_STREAMING", Environment: &api.Environment{ServiceKmsKeyName: w.key.String()}}
	if change != nil {
		change(j)
	}
	created, err := service.Projects.Locations.Jobs.Create(cmektest.Project, "us-central1", j).Do()
	if err != nil {
		w.t.Fatal(err)
	}
	w.settled()
	return created.Id
}

func TestATakenNameIsRefusedWithoutPermissionToReadItsJob(t *testing.T) {
	w := newWorld(t)
	w.squatter(nil)
	w.Inject(emulator.Fault{Method: "dataflow.jobs.list", Status: 403})
	_, err := w.run(nil)
	e := requireError(t, err, cmekpipe.AlreadyExists, "projects/"+cmektest.Project+"/locations/us-central1/jobs/nightly")
	if !strings.Contains(e.Err.Error(), "could not be read") {
		t.Errorf("got %q, want it to say that the key could not be read", e.Err)
	}
}

func TestSubmittingIsRetriedAsOneRequest(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault emulator.Fault
	}{
		{"before the call took effect", emulator.Fault{Status: 503}},
		{"too many requests", emulator.Fault{Status: 429}},
		{"after the call took effect", emulator.Fault{Reset: true}},
		{"in the middle of the answer", emulator.Fault{Truncate: 10}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			tc.fault.Method, tc.fault.Call = "dataflow.jobs.create", 1
			w.Inject(tc.fault)
			if _, err := w.run(nil); err != nil {
				t.Fatal(err)
			}
			if got := w.jobs(); len(got) != 1 {
				t.Errorf("got %d jobs, want one", len(got))
			}
		})
	}
}

// Google's page on clientRequestId says that a second call fails, so the job that has the name may be ours.
func TestOurOwnJobIsNotTakenForAnothers(t *testing.T) {
	w := newWorld(t)
	var calls atomic.Int32
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method != http.MethodPost {
			service.ServeHTTP(rw, r)
			return
		}
		switch calls.Add(1) {
		case 1:
			service.ServeHTTP(discard{}, r)
			http.Error(rw, "lost", http.StatusServiceUnavailable)
		default:
			http.Error(rw, `{"error":{"code":409,"message":"There is already an active job named nightly."}}`, http.StatusConflict)
		}
	})
	result, err := w.stream(nil)
	if err != nil {
		t.Fatal(err)
	}
	if jobs := w.jobs(); len(jobs) != 1 || jobs[0].Id != result.Job.ID {
		t.Errorf("got jobs %v and result %v, want one and the same", jobs, result.Job)
	}
}

// refuseQuoting has Dataflow refuse every job with a text that quotes a value of the user's.
func (w *world) refuseQuoting(value string) {
	intercept(w.t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method != http.MethodPost {
			service.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(rw).Encode(map[string]any{"error": map[string]any{
			"code": http.StatusBadRequest, "status": "INVALID_ARGUMENT", "message": "Invalid value for option mine: " + value,
			"details": []any{map[string]any{"@type": "type.googleapis.com/google.rpc.BadRequest",
				"fieldViolations": []any{map[string]any{"field": "environment.sdk_pipeline_options", "description": "got " + value}}}}}})
	})
}

func TestARefusalThatQuotesAValueDoesNotShowIt(t *testing.T) {
	w := newWorld(t)
	w.refuseQuoting(secret)
	_, err := w.run(nil)
	e := requireError(t, err, cmekpipe.InvalidOptions, "projects/"+cmektest.Project+"/locations/us-central1/jobs/nightly")
	shown := fmt.Sprintf("%v %+v %s", err, err, e.Hint) + w.said.String()
	if leak(shown) != "" || !strings.Contains(shown, "environment.sdk_pipeline_options") {
		t.Errorf("got %q, want the name of the refused field and no value", shown)
	}
	if whole, ok := errors.AsType[*googleapi.Error](err); !ok || !strings.Contains(whole.Message, secret) {
		t.Errorf("got %v behind Unwrap, want Dataflow's own text", whole)
	}
	if jobs := w.entries("job"); len(jobs) != 0 {
		t.Errorf("got jobs %v, want none", jobs)
	}
}

func TestAnAnswerAboutAnothersJobIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	id := w.squatter(nil)
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.Method == http.MethodPost {
			_, _ = rw.Write([]byte(`{"id":"` + id + `","name":"nightly","clientRequestId":"of somebody else"}`))
			return
		}
		service.ServeHTTP(rw, r)
	})
	_, err := w.run(nil)
	requireError(t, err, cmekpipe.AlreadyExists, "projects/"+cmektest.Project+"/locations/us-central1/jobs/"+id)
}

func TestAJobWhoseAnswersAreAllLostIsNotLeftRunning(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "dataflow.jobs.create", Reset: true})
	_, err := w.stream(nil)
	if !errors.Is(err, cmekpipe.Unavailable) {
		t.Errorf("got error %v, want code %q", err, cmekpipe.Unavailable)
	}
	if jobs := w.jobs(); len(jobs) != 1 || jobs[0].CurrentState != "JOB_STATE_CANCELLED" {
		t.Errorf("got jobs %v, want one that is cancelled", jobs)
	}
}

func TestARefusedSubmitIsNotRetried(t *testing.T) {
	for status, code := range map[int]cmekpipe.Code{403: cmekpipe.PermissionDenied, 400: cmekpipe.InvalidOptions} {
		w := newWorld(t)
		w.Inject(emulator.Fault{Method: "dataflow.jobs.create", Call: 1, Status: status})
		_, err := w.run(nil)
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != code || e.Resource != "projects/"+cmektest.Project+"/locations/us-central1/jobs/nightly" {
			t.Errorf("status %d: got error %v, want code %q", status, err, code)
		}
		if got := w.jobs(); len(got) != 0 {
			t.Errorf("status %d: got jobs %v, want none", status, got)
		}
	}
}

// discard is a writer for an answer that no client receives.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
