package watch_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/watch"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const (
	region = "us-central1"
	// secret stands for an element that a worker wrote into a message.
	secret = "pan-4111111111111111"
	// keyGone is what Dataflow says when it can not use a key.
	keyGone = "Cloud KMS key projects/p/locations/us-central1/keyRings/r/cryptoKeys/k cannot be validated."
	// keyDisabled is what Cloud KMS says to a worker.
	keyDisabled = "Cloud KMS key is disabled: CryptoKeyVersion is not enabled, current state is: DISABLED "
)

// fixture is a job that runs on the loopback cloud until the test ends it.
type fixture struct {
	*cmektest.Cloud
	t        *testing.T
	service  *jobs.Service
	settings session.Settings
	job      *job.Job
	progress *bytes.Buffer
	warnings *bytes.Buffer
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Cloud: cmektest.NewCloud(t, cmektest.WithoutEnv()), t: t, progress: &bytes.Buffer{}, warnings: &bytes.Buffer{}}
	f.Dataflow().SetPace(emulator.Pace{Running: time.Hour})
	client, err := api.NewService(t.Context(), f.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	return f.with(client)
}

// with creates the job through a client.
func (f *fixture) with(client *api.Service) *fixture {
	f.t.Helper()
	pace := jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 4 * time.Millisecond, Attempts: 3}}
	f.settings = session.Settings{Progress: progress.New(f.progress), Pace: pace,
		Logger: slog.New(slog.NewTextHandler(f.warnings, nil))}
	f.service = &jobs.Service{Op: "test.Op", Project: cmektest.Project, Region: region, Key: f.CreateKey(region, "pipelines"),
		API: client, Pace: pace, Progress: progress.New(nil)}
	created, err := client.Projects.Locations.Jobs.Create(cmektest.Project, region, &api.Job{
		Name: "nightly", Type: "JOB_TYPE_BATCH", Environment: &api.Environment{ServiceKmsKeyName: f.service.Key.String()}}).Do()
	if err != nil {
		f.t.Fatal(err)
	}
	f.job = &job.Job{ID: created.Id, Name: "nightly", Project: cmektest.Project, Region: region, Key: f.service.Key}
	return f
}

// follow follows the job to its end.
func (f *fixture) follow(ctx context.Context) error {
	return watch.Follow(ctx, f.settings, f.service, f.job)
}

// say adds messages of workers or of Dataflow to the job.
func (f *fixture) say(texts ...string) {
	f.t.Helper()
	for _, text := range texts {
		if err := f.Dataflow().Say(f.job.ID, "JOB_MESSAGE_ERROR", text); err != nil {
			f.t.Fatal(err)
		}
		f.Advance(time.Second)
	}
}

// stop asks Dataflow to cancel the job.
func (f *fixture) stop() {
	f.t.Helper()
	_, err := f.service.API.Projects.Locations.Jobs.Update(cmektest.Project, region, f.job.ID,
		&api.Job{RequestedState: "JOB_STATE_CANCELLED"}).Do()
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestFollowReportsStatesAndMessagesOfAJobThatEndsWell(t *testing.T) {
	f := newFixture(t)
	if err := f.Dataflow().Say(f.job.ID, "JOB_MESSAGE_BASIC", "Worker pool stopped."); err != nil {
		t.Fatal(err)
	}
	f.say("can't parse " + secret)
	f.Advance(2 * time.Hour)
	if err := f.follow(t.Context()); err != nil {
		t.Fatalf("got error %v, want none", err)
	}
	if f.job.State != job.Done {
		t.Errorf("got state %s, want %s", f.job.State, job.Done)
	}
	said := f.progress.String()
	for _, want := range []string{"job " + f.job.ID + " is JOB_STATE_DONE", " BASIC Worker pool stopped.", " ERROR a message whose text is withheld", f.job.ConsoleURL()} {
		if n := strings.Count(said, want); n != 1 {
			t.Errorf("got %q %d times in progress, want once:\n%s", want, n, said)
		}
	}
	if strings.Contains(said, secret) {
		t.Errorf("got an element in progress:\n%s", said)
	}
	if strings.Index(said, "Worker pool stopped.") > strings.Index(said, "withheld") {
		t.Errorf("got messages in another order than that of time:\n%s", said)
	}
}

func TestFollowSaysWhyAJobEndedEarly(t *testing.T) {
	own := &cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyMismatch, Resource: "gs://b/o", Hint: "enable it", Err: errors.New("got another key")}
	fromWorker := "Error message from worker: process bundle failed: "
	for _, tt := range []struct {
		name     string
		messages []string
		cancel   bool
		showData bool
		code     cmekpipe.Code
		says     []string
		hint     string
	}{
		{name: "no message", code: cmekpipe.JobFailed, says: []string{"the job ended in JOB_STATE_FAILED"}, hint: "see https://console.cloud.google.com/dataflow/jobs/us-central1/"},
		{name: "cancelled", cancel: true, code: cmekpipe.JobFailed, says: []string{"the job ended in JOB_STATE_CANCELLED"}, hint: "see https://"},
		{name: "own error before all others", messages: []string{keyGone, fromWorker + own.Error()}, code: cmekpipe.KeyMismatch, says: []string{"textio.Write", "gs://b/o"}, hint: "enable it"},
		{name: "key in Dataflow's words", messages: []string{fromWorker + keyDisabled, keyGone}, code: cmekpipe.KeyUnusable,
			says: []string{"cannot be validated"}, hint: "gcloud"},
		{name: "key in another service's words", messages: []string{fromWorker + keyDisabled + secret},
			code: cmekpipe.KeyDisabled, hint: "gcloud kms"},
		{name: "a user's words that are no key's", messages: []string{fromWorker + "current state is: DISABLED " + secret}, code: cmekpipe.JobFailed,
			says: []string{"the job ended in JOB_STATE_FAILED"}, hint: "see https://"},
		{name: "Dataflow's own words", messages: []string{fromWorker + secret, "Workflow failed. Causes: S01 failed."}, code: cmekpipe.JobFailed,
			says: []string{"JOB_STATE_FAILED: Workflow failed. Causes: S01 failed."}},
		{name: "an element where data may be shown", messages: []string{fromWorker + "no such row"}, showData: true, code: cmekpipe.JobFailed,
			says: []string{"JOB_STATE_FAILED: " + fromWorker + "no such row"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			f.settings.ShowData = tt.showData
			f.say(tt.messages...)
			if tt.cancel {
				f.stop()
			} else if err := f.Dataflow().Fail(f.job.ID, ""); err != nil {
				t.Fatal(err)
			}
			f.Advance(time.Hour)
			err := f.follow(t.Context())
			e, ok := errors.AsType[*cmekpipe.Error](err)
			if !ok || e.Code != tt.code || !strings.Contains(e.Hint, tt.hint) {
				t.Fatalf("got error %v, want code %q and a hint with %q", err, tt.code, tt.hint)
			}
			for _, want := range tt.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %v, want %q in it", err, want)
				}
			}
			if all := err.Error() + f.progress.String(); strings.Contains(all, secret) {
				t.Errorf("got an element in an error or progress:\n%s", all)
			}
		})
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := f.follow(ctx); err != context.DeadlineExceeded { //nolint:errorlint // the error itself is promised
		t.Errorf("got error %v, want that of the context", err)
	}
	if f.job.State.Ended() {
		t.Errorf("got state %s, want the job to continue", f.job.State)
	}
}

func TestFollowNamesAJobThatCanNotBeRead(t *testing.T) {
	for _, tt := range []struct {
		status int
		code   cmekpipe.Code
	}{
		{403, cmekpipe.PermissionDenied}, {404, cmekpipe.NotFound}, {503, cmekpipe.Unavailable},
	} {
		f := newFixture(t)
		f.Inject(emulator.Fault{Method: "dataflow.jobs.get", Status: tt.status})
		e, ok := errors.AsType[*cmekpipe.Error](f.follow(t.Context()))
		if !ok || e.Code != tt.code || e.Op != "test.Op" || e.Resource != f.job.String() {
			t.Errorf("status %d: got error %v, want code %q and the job's name", tt.status, e, tt.code)
		}
	}
}

func TestFollowWarnsOnceAboutMessagesThatCanNotBeRead(t *testing.T) {
	for status, warnings := range map[int]int{403: 1, 503: 0} {
		f := newFixture(t)
		f.Inject(emulator.Fault{Method: "dataflow.jobs.messages.list", Status: status})
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
		defer cancel()
		if err := f.follow(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("status %d: got error %v, want the job followed all the same", status, err)
		}
		f.Advance(2 * time.Hour)
		if err := f.follow(t.Context()); err != nil {
			t.Errorf("status %d: got error %v, want none", status, err)
		}
		if got := strings.Count(f.warnings.String(), "messages can't be read"); got != 2*warnings {
			t.Errorf("status %d: got %d warnings of two calls, want %d:\n%s", status, got, 2*warnings, f.warnings)
		}
	}
}

func TestFollowCountsElements(t *testing.T) {
	f := newFixture(t)
	count := func(name string, n float64, context map[string]string) *api.MetricUpdate {
		return &api.MetricUpdate{Scalar: n, Name: &api.MetricStructuredName{Name: name, Origin: "dataflow/v1b3", Context: context}}
	}
	err := f.Dataflow().SetMetrics(f.job.ID, count("ElementCount", 40, map[string]string{"original_name": "a"}),
		count("ElementCount", 2, map[string]string{"original_name": "b"}),
		count("ElementCount", 99, map[string]string{"original_name": "a", "tentative": "true"}),
		count("MeanByteCount", 7, map[string]string{"original_name": "a"}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	if err := f.follow(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if said := f.progress.String(); strings.Count(said, "has put 42 elements into 2 collections") != 1 {
		t.Errorf("got progress\n%s\nwant 42 elements of 2 collections, once", said)
	}
}
