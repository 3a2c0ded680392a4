package launch_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

func TestAKeyThatDataflowCantUseFailsTheLaunch(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(w *world)
		code  cmekpipe.Code
		hint  string
	}{
		{"denied to Dataflow", func(w *world) { w.DenyKey(w.key, emulator.Dataflow) }, cmekpipe.KeyDenied, "Compute Engine"},
		{"denied to the workers' disks", func(w *world) { w.DenyKey(w.key, emulator.Compute) }, cmekpipe.KeyDenied, "Compute Engine"},
		{"disabled meanwhile", func(w *world) {
			w.Dataflow().Tamper(func(*api.Job) { w.DisableKey(w.key) })
		}, cmekpipe.KeyDisabled, "enable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			tc.spoil(w)
			result, err := w.run(nil)
			e := requireError(t, err, tc.code, result.Job.String())
			if !strings.Contains(e.Hint, tc.hint) {
				t.Errorf("got hint %q, want it to say %q", e.Hint, tc.hint)
			}
			if !strings.Contains(e.Err.Error(), "Workflow failed. Causes: ") {
				t.Errorf("got %q, want Dataflow's own words", e.Err)
			}
			if result.Job.State != "JOB_STATE_FAILED" {
				t.Errorf("got state %s, want JOB_STATE_FAILED", result.Job.State)
			}
		})
	}
}

// endWith lets Dataflow report a state and error messages for every job that is already proven.
func (w *world) endWith(state string, messages ...string) {
	intercept(w.t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/messages"):
			if got := r.URL.Query().Get("minimumImportance"); got != "JOB_MESSAGE_ERROR" && got != "JOB_MESSAGE_BASIC" {
				w.t.Errorf("got messages from importance %q on, want errors or what matters", got)
			}
			page := &api.ListJobMessagesResponse{}
			for _, text := range messages {
				page.JobMessages = append(page.JobMessages, &api.JobMessage{MessageText: text})
			}
			_ = json.NewEncoder(rw).Encode(page)
		case strings.HasSuffix(r.URL.Path, "/metrics"):
			_ = json.NewEncoder(rw).Encode(&api.JobMetrics{Metrics: counted})
		case r.URL.Query().Get("view") == "JOB_VIEW_SUMMARY":
			_ = json.NewEncoder(rw).Encode(&api.Job{Id: "j", CurrentState: state})
		default:
			service.ServeHTTP(rw, r)
		}
	})
}

// counted is what a job counts in one of the pipeline's steps.
var counted = []*api.MetricUpdate{{Scalar: 42.0, Name: &api.MetricStructuredName{Name: "rows", Origin: "user",
	Context: map[string]string{"step": "e1", "namespace": "test"}}}}

// requireCounted fails unless the result has the job's counter.
func requireCounted(t *testing.T, result *launch.Result) {
	t.Helper()
	counters := result.Metrics.AllMetrics().Counters()
	if len(counters) != 1 || counters[0].Key.Name != "rows" || counters[0].Committed != 42 {
		t.Errorf("got counters %+v, want 42 rows", counters)
	}
}

// Against the loopback cloud nothing is withheld; the tests above and below launch as against Google Cloud.
func TestAUsersErrorIsShownOnTheLoopbackCloud(t *testing.T) {
	w := newWorld(t)
	w.endWith("JOB_STATE_FAILED", "Error message from worker: can't parse "+secret)
	ctx := session.WithPace(t.Context(), jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 20 * time.Millisecond, Attempts: 5},
		SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 10 * time.Second})
	_, err := launch.Run(ctx, w.options(nil), harmless(), launch.WithProgress(w.said))
	if cmekpipe.CodeOf(err) != cmekpipe.JobFailed || !strings.Contains(err.Error(), "can't parse "+secret) {
		t.Errorf("got error %v, want the DoFn's own", err)
	}
	if said := w.said.String(); !strings.Contains(said, "can't parse "+secret) {
		t.Errorf("got progress %q, want the DoFn's own error", said)
	}
}

func TestWhyAJobFailedComesFromItsMessages(t *testing.T) {
	const fromWorker = "Error message from worker: generic::unknown: process bundle failed\n\tcaused by:\n"
	typed := &cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyMismatch, Resource: "gs://bank-out/a", Hint: "look",
		Err: errors.New("got another key")}
	for _, tc := range []struct {
		name, state string
		messages    []string
		code        cmekpipe.Code
		says        string
	}{
		{"a worker's own error", "JOB_STATE_FAILED", []string{"Workflow failed. Causes: S01 failed.", fromWorker + typed.Error()},
			cmekpipe.KeyMismatch, "got another key"},
		{"a key that can't be validated", "JOB_STATE_FAILED", []string{"x", "Workflow failed. Causes: Cloud KMS key k cannot be validated."},
			cmekpipe.KeyUnusable, "cannot be validated"},
		{"a key that stopped working", "JOB_STATE_CANCELLED", []string{"Cloud KMS key k cannot be validated."}, cmekpipe.KeyUnusable, "cannot be validated"},
		{"a user's error", "JOB_STATE_FAILED", []string{fromWorker + "can't parse " + secret, "Workflow failed. Causes: S01 failed."},
			cmekpipe.JobFailed, "Workflow failed. Causes: S01 failed."},
		{"a user's error inside of Dataflow's", "JOB_STATE_FAILED", []string{"Workflow failed. Causes: S01. Root cause: can't parse " + secret},
			cmekpipe.JobFailed, "Workflow failed. Causes: S01."},
		{"a very long one", "JOB_STATE_FAILED", []string{"Workflow failed" + strings.Repeat("é", 1000) + secret}, cmekpipe.JobFailed, "Workflow failed"},
		{"nothing to read", "JOB_STATE_FAILED", nil, cmekpipe.JobFailed, "JOB_STATE_FAILED"},
		{"cancelled by somebody", "JOB_STATE_CANCELLED", nil, cmekpipe.JobFailed, "JOB_STATE_CANCELLED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.endWith(tc.state, tc.messages...)
			result, err := w.run(nil)
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tc.code || !strings.Contains(e.Err.Error(), tc.says) || e.Hint == "" {
				t.Fatalf("got error %v, want code %q, %q and a hint", err, tc.code, tc.says)
			}
			if strings.Contains(err.Error(), secret) || len(err.Error()) > 1500 {
				t.Errorf("got error %v with an element in it, or too long", err)
			}
			if result.Job == nil || string(result.Job.State) != tc.state {
				t.Errorf("got job %+v, want it in %s", result.Job, tc.state)
			}
			requireCounted(t, result)
		})
	}
}

func TestGoodEndsAreSuccess(t *testing.T) {
	for _, state := range []string{"JOB_STATE_DONE", "JOB_STATE_DRAINED", "JOB_STATE_UPDATED"} {
		w := newWorld(t)
		w.endWith(state)
		result, err := w.run(nil)
		if err != nil || string(result.Job.State) != state {
			t.Errorf("got %+v, %v, want state %s", result.Job, err, state)
		}
		requireCounted(t, result)
	}
}

func TestAServiceThatStaysAwayEndsTheWait(t *testing.T) {
	w := newWorld(t)
	var calls int
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		if r.URL.Query().Get("view") == "JOB_VIEW_SUMMARY" {
			calls++
			http.Error(rw, "away", http.StatusServiceUnavailable)
			return
		}
		service.ServeHTTP(rw, r)
	})
	result, err := w.run(nil)
	requireError(t, err, cmekpipe.Unavailable, result.Job.String())
	if calls != 5 {
		t.Errorf("got %d calls, want as many as attempts", calls)
	}
}

func TestMetricsThatCantBeReadDontFailTheLaunch(t *testing.T) {
	w := newWorld(t)
	w.Inject(emulator.Fault{Method: "dataflow.jobs.getMetrics", Status: 403})
	if _, err := w.run(nil); err != nil {
		t.Error(err)
	}
}
