package launch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// told is a message that Dataflow tells from a reading on.
type told struct {
	from  int // the reading at which it shows up
	id    string
	after time.Duration
	level string
	text  string
}

// script has Dataflow return messages in pages of two, in the order of its list, and one state for each read of the job; the
// last one repeats.
type script struct {
	mu       sync.Mutex
	states   []string
	messages []told
	readings int
	metrics  []*api.MetricUpdate
	starts   []string
}

var morning = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func (s *script) play(t *testing.T) {
	intercept(t, dataflowHost, func(rw http.ResponseWriter, r *http.Request, service http.Handler) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case strings.HasSuffix(r.URL.Path, "/messages"):
			_ = json.NewEncoder(rw).Encode(s.page(r))
		case strings.HasSuffix(r.URL.Path, "/metrics"):
			_ = json.NewEncoder(rw).Encode(&api.JobMetrics{Metrics: s.metrics})
		case r.URL.Query().Get("view") == "JOB_VIEW_SUMMARY":
			_ = json.NewEncoder(rw).Encode(&api.Job{Id: "j", CurrentState: s.states[0]})
			if len(s.states) > 1 {
				s.states = s.states[1:]
			}
		default:
			service.ServeHTTP(rw, r)
		}
	})
}

// page answers a reading as Dataflow does, for what has shown up so far.
func (s *script) page(r *http.Request) *api.ListJobMessagesResponse {
	const size = 2
	query := r.URL.Query()
	start, _ := strconv.Atoi(query.Get("pageToken"))
	if start == 0 {
		s.readings++
		s.starts = append(s.starts, query.Get("startTime"))
	}
	since, _ := time.Parse(time.RFC3339Nano, query.Get("startTime"))
	var list []*api.JobMessage
	for _, m := range s.messages {
		at := morning.Add(m.after)
		if m.from > s.readings || at.Before(since) || (query.Get("minimumImportance") == "JOB_MESSAGE_ERROR" && m.level != "ERROR") {
			continue
		}
		list = append(list, &api.JobMessage{Id: m.id, Time: at.Format(time.RFC3339Nano), MessageImportance: "JOB_MESSAGE_" + m.level, MessageText: m.text})
	}
	page := &api.ListJobMessagesResponse{JobMessages: list[min(start, len(list)):min(start+size, len(list))]}
	if start+size < len(list) {
		page.NextPageToken = strconv.Itoa(start + size)
	}
	return page
}

// running returns the states of n reads of a running job and one of its end.
func running(n int, end string) []string {
	return append(slices.Repeat([]string{"JOB_STATE_RUNNING"}, n), end)
}

func (w *world) watched() *job.Job {
	return &job.Job{ID: "j", Name: "nightly", Project: "bank-prod", Region: "us-central1", Key: w.key}
}

func (w *world) watch(job *job.Job) error {
	return launch.Watch(w.t.Context(), job, launch.WithHaste(), launch.WithProgress(w.said))
}

// numbered finds the messages "Executing operation N" in what was said.
func numbered(said string) []string {
	var numbers []string
	for line := range strings.Lines(said) {
		if _, number, ok := strings.Cut(line, "Executing operation "); ok {
			numbers = append(numbers, strings.TrimSpace(number))
		}
	}
	return numbers
}

func TestWatchReportsEveryMessageOnceInTheOrderOfTime(t *testing.T) {
	w := newWorld(t)
	s := &script{states: running(8, "JOB_STATE_DONE")}
	for i := range 25 {
		s.messages = append(s.messages, told{from: i / 4, id: fmt.Sprint("m", i), after: time.Duration(i) * 10 * time.Second,
			level: "BASIC", text: "Executing operation " + strconv.Itoa(i)})
	}
	// These two show up one reading after their neighbours; two more have the same time and no id.
	s.messages[6].from, s.messages[10].from = 2, 3
	s.messages[20].id, s.messages[21].id, s.messages[21].after = "", "", s.messages[20].after
	slices.Reverse(s.messages[12:16])
	s.play(t)
	if err := w.watch(w.watched()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 25 {
		want = append(want, strconv.Itoa(i))
	}
	if got := numbered(w.said.String()); !slices.Equal(got, want) {
		t.Errorf("got messages %v, want each once and in the order of time", got)
	}
	if !slices.ContainsFunc(s.starts[1:], func(start string) bool { return start != "" }) {
		t.Errorf("got readings from %q on, want them not to start from the beginning each time", s.starts)
	}
}

// A message waits for one more reading before it is told; at the last one there is none.
func TestWatchReportsMessagesAfterTheEnd(t *testing.T) {
	from := func(readings ...int) (late []told, want []string) {
		for i, reading := range readings {
			n := strconv.Itoa(i)
			late = append(late, told{reading, n, time.Duration(i) * time.Second, "BASIC", "Executing operation " + n})
			want = append(want, n)
		}
		return late, want
	}
	for _, readings := range [][]int{{0, 3}, {0, 2, 3, 4, 5}} {
		t.Run(fmt.Sprint(readings), func(t *testing.T) {
			w := newWorld(t)
			messages, want := from(readings...)
			(&script{states: running(1, "JOB_STATE_DONE"), messages: messages}).play(t)
			if err := w.watch(w.watched()); err != nil {
				t.Fatal(err)
			}
			if got := numbered(w.said.String()); !slices.Equal(got, want) {
				t.Errorf("got messages %v, want %v, the late ones too", got, want)
			}
		})
	}
}

func TestWatchWithholdsWhatWorkersSay(t *testing.T) {
	w := newWorld(t)
	s := &script{states: running(3, "JOB_STATE_DONE"), messages: []told{
		{0, "a", 0, "BASIC", "Workers have started successfully."},
		{0, "b", time.Second, "ERROR", "Error message from worker: generic::unknown: can't parse " + secret},
		{0, "c", 2 * time.Second, "WARNING", "A hot key '" + secret + "' was detected in step 's1'."},
	}}
	s.play(t)
	job := w.watched()
	if err := w.watch(job); err != nil {
		t.Fatal(err)
	}
	said := w.said.String()
	if strings.Contains(said, secret) {
		t.Errorf("got %q with an element in it", said)
	}
	for _, want := range []string{
		"2026-11-24T08:00:00Z BASIC Workers have started successfully.",
		"2026-11-24T08:00:01Z ERROR a message whose text is withheld", "2026-11-24T08:00:02Z WARNING a message whose text is withheld",
		job.ConsoleURL(), "job j is JOB_STATE_RUNNING", "job j is JOB_STATE_DONE",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("got %q, want %q in it", said, want)
		}
	}
}

func TestWatchCountsElementsNowAndThen(t *testing.T) {
	w := newWorld(t)
	count := func(n float64, context map[string]string) *api.MetricUpdate {
		return &api.MetricUpdate{Name: &api.MetricStructuredName{Name: "ElementCount", Origin: "dataflow/v1b3", Context: context}, Scalar: n}
	}
	s := &script{states: running(12, "JOB_STATE_DONE"), metrics: []*api.MetricUpdate{
		count(40, map[string]string{"output_user_name": "a"}), count(2, map[string]string{"output_user_name": "b"}),
		count(99, map[string]string{"output_user_name": "b", "tentative": "true"}),
		{Name: &api.MetricStructuredName{Name: "mine"}, Scalar: 7.0}, {Scalar: 1.0},
	}}
	s.play(t)
	if err := w.watch(w.watched()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(w.said.String(), "job j has put 42 elements into 2 collections"); got != 1 {
		t.Errorf("got the count %d times in %q, want it once", got, w.said.String())
	}
}

func TestWatchSaysWhyAKeyEndedTheJob(t *testing.T) {
	const other = "projects/bank-keys/locations/us/keyRings/r/cryptoKeys/tables"
	for _, tc := range []struct {
		name, state, text string
		code              cmekpipe.Code
		hint              string
	}{
		{"destroyed", "JOB_STATE_CANCELLED", "Cloud KMS key KEY/cryptoKeyVersions/2 is not enabled, current state is: DESTROYED. cannot be validated.",
			cmekpipe.KeyDisabled, "versions create --primary --key=pipelines"},
		{"scheduled", "JOB_STATE_CANCELLED", "Workflow failed. Causes: Cloud KMS key KEY/cryptoKeyVersions/2 is not enabled, current state is: DESTROY_SCHEDULED.",
			cmekpipe.KeyDisabled, "versions restore 2 --key=pipelines"},
		{"external", "JOB_STATE_CANCELLED", "Workflow failed. Causes: Cloud KMS key External key error: Could not resolve the domain name for the key. cannot be validated.",
			cmekpipe.KeyUnreachable, "external key manager"},
		{"purpose", "JOB_STATE_FAILED", "Workflow failed. Causes: Cloud KMS key Operation requested for Key KEY/cryptoKeyVersions/1 has incorrect key purpose: ASYMMETRIC_SIGN cannot be validated.",
			cmekpipe.KeyUnusable, "--purpose=encryption"},
		{"quota", "JOB_STATE_FAILED", "Workflow failed. Causes: Cloud KMS key Quota exceeded for quota metric 'Cryptographic requests' of service 'cloudkms.googleapis.com' cannot be validated.",
			cmekpipe.Unavailable, "quota"},
		{"a worker's table", "JOB_STATE_FAILED", "Error message from worker: " + secret + " googleapi: Error 403: Access Denied: BigQuery BigQuery: Cloud KMS Error: " +
			"Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '" + other + "' (or it may not exist). Please grant Cloud KMS CryptoKey " +
			"Encrypter/Decrypter role to BigQuery service account: bq-123456789012@bigquery-encryption.iam.gserviceaccount.com",
			cmekpipe.KeyDenied, "add-iam-policy-binding tables --keyring=r --location=us --project=bank-keys --member=serviceAccount:bq-123456789012@"},
		{"not a key's", "JOB_STATE_FAILED", "Error message from worker: This region is not supported: " + secret, cmekpipe.JobFailed, "console"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			text := strings.ReplaceAll(tc.text, "KEY", w.key.String())
			s := &script{states: running(1, tc.state), messages: []told{{4, "a", 0, "ERROR", text}}}
			s.play(t)
			job := w.watched()
			e := requireError(t, w.watch(job), tc.code, job.String())
			if e.Op != "launch.Watch" || !strings.Contains(e.Hint, tc.hint) {
				t.Errorf("got %v, want operation launch.Watch and hint %q", e, tc.hint)
			}
			if strings.Contains(e.Error(), secret) || strings.Contains(w.said.String(), secret) {
				t.Errorf("got an element in %v or in %q", e, w.said.String())
			}
			if cause := errors.Unwrap(e.Err); cause == nil || !strings.Contains(cause.Error(), text) {
				t.Errorf("got cause %v, want the whole message", cause)
			}
		})
	}
}

func TestWatchContinuesWithoutMessages(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(func(c *cmekpipe.Config) { c.Async = true })
	if err != nil {
		t.Fatal(err)
	}
	w.Inject(emulator.Fault{Method: "dataflow.jobs.messages.list", Status: 403})
	if err := w.watch(result.Job); err != nil || result.Job.State != "JOB_STATE_DONE" {
		t.Errorf("got %v and %+v, want a job that is done", err, result.Job)
	}
}

func TestWatchFollowsAnAsynchronousJob(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(func(c *cmekpipe.Config) { c.Async = true })
	if err != nil {
		t.Fatal(err)
	}
	w.DisableKey(w.key)
	e := requireError(t, w.watch(result.Job), cmekpipe.KeyDisabled, result.Job.String())
	if !strings.Contains(e.Hint, "gcloud kms keys versions enable") {
		t.Errorf("got hint %q, want the command", e.Hint)
	}
}

func TestWatchRefuses(t *testing.T) {
	w := newWorld(t)
	for name, j := range map[string]*job.Job{
		"nil": nil, "empty": {}, "no key": {ID: "j", Project: "bank-prod", Region: "us-central1"},
		"no id": {Project: "bank-prod", Region: "us-central1", Key: w.key},
	} {
		t.Run(name, func(t *testing.T) { requireError(t, w.watch(j), cmekpipe.InvalidOptions, "job") })
	}
	missing := w.watched()
	requireError(t, w.watch(missing), cmekpipe.NotFound, missing.String())
	t.Setenv(dataflowHost, "dataflow.example.com")
	requireError(t, w.watch(missing), cmekpipe.EmulatorSet, dataflowHost)
}

func TestWatchEndsWithTheContext(t *testing.T) {
	w := newWorld(t)
	s := &script{states: running(1, "JOB_STATE_RUNNING")}
	s.play(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := launch.Watch(ctx, w.watched(), launch.WithHaste(), launch.WithProgress(nil)); err != context.DeadlineExceeded {
		t.Errorf("got %v, want %v itself", err, context.DeadlineExceeded)
	}
}
