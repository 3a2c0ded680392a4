package dataflow_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

const (
	project = "test-project"
	region  = "us-central1"
	keyName = "projects/key-project/locations/us-central1/keyRings/ring/cryptoKeys/key"
)

// cloud is a server under test with its dependencies.
type cloud struct {
	t       *testing.T
	server  *dataflow.Server
	control *dataflow.Control
	env     *core.Env
	clock   *clock
	keys    *keys
	files   files
	jobs    *api.ProjectsLocationsJobsService
	all     *api.Service
	url     string
}

// start serves on a loopback listener until the test ends. Time advances only by clock.pass.
func start(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{t: t, clock: &clock{now: time.Date(2026, 11, 24, 1, 52, 26, 0, time.UTC)}, keys: newKeys(), files: files{}}
	c.env = &core.Env{Now: c.clock.read, Ledger: &core.Ledger{}, Faults: &core.Faults{}, Keys: c.keys}
	c.server = dataflow.New(c.env, c.files)
	c.control = c.server.Control()
	c.control.SetPace(dataflow.Pace{Queued: time.Second, Pending: time.Second, Running: time.Minute, Stopping: 2 * time.Second, Snapshot: time.Minute})
	c.serve()
	return c
}

func (c *cloud) serve() {
	c.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- c.server.Serve(l) }()
	c.t.Cleanup(func() {
		if err := c.server.Close(); err != nil {
			c.t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			c.t.Errorf("Serve: %v", err)
		}
	})
	c.url = "http://" + l.Addr().String()
	c.all, err = api.NewService(c.t.Context(), option.WithEndpoint(c.url), option.WithoutAuthentication())
	if err != nil {
		c.t.Fatal(err)
	}
	c.jobs = c.all.Projects.Locations.Jobs
}

// streamingJob is a well-formed job without a key, which runs until it is stopped.
func streamingJob(name string) *api.Job {
	return &api.Job{Name: name, Type: "JOB_TYPE_STREAMING", Environment: &api.Environment{}}
}

func batchJob(name string) *api.Job {
	return &api.Job{Name: name, Type: "JOB_TYPE_BATCH", Environment: &api.Environment{}}
}

func withKey(j *api.Job, key string) *api.Job {
	j.Environment.ServiceKmsKeyName = key
	return j
}

func (c *cloud) create(j *api.Job) *api.Job {
	c.t.Helper()
	made, err := c.jobs.Create(project, region, j).Do()
	if err != nil {
		c.t.Fatalf("create %s: %v", j.Name, err)
	}
	return made
}

// look gets the whole job.
func (c *cloud) look(id string) *api.Job {
	c.t.Helper()
	j, err := c.jobs.Get(project, region, id).View("JOB_VIEW_ALL").Do()
	if err != nil {
		c.t.Fatalf("get %s: %v", id, err)
	}
	return j
}

func (c *cloud) wantState(id, want string) {
	c.t.Helper()
	if got := c.look(id).CurrentState; got != want {
		c.t.Errorf("job %s is in %s, want %s", id, got, want)
	}
}

func (c *cloud) request(id, state string) (*api.Job, error) {
	return c.jobs.Update(project, region, id, &api.Job{RequestedState: state}).Do()
}

// errorTexts returns the texts of the job's error messages.
func (c *cloud) errorTexts(id string) []string {
	c.t.Helper()
	list, err := c.jobs.Messages.List(project, region, id).MinimumImportance("JOB_MESSAGE_ERROR").Do()
	if err != nil {
		c.t.Fatalf("messages of %s: %v", id, err)
	}
	var texts []string
	for _, m := range list.JobMessages {
		texts = append(texts, m.MessageText)
	}
	return texts
}

// wantError checks the error that Google's client returns.
func wantError(t *testing.T, err error, status int, reason string) *googleapi.Error {
	t.Helper()
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		t.Fatalf("got error %v, want a googleapi.Error with status %d", err, status)
	}
	if e.Code != status || len(e.Errors) != 1 || e.Errors[0].Reason != reason || e.Message == "" {
		t.Errorf("got %d %v %q, want %d %s and a message", e.Code, e.Errors, e.Message, status, reason)
	}
	return e
}

// send sends an unchanged body to a path.
func (c *cloud) send(t *testing.T, method, path, body string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := httpClient(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func httpClient(t *testing.T) *http.Client {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// files is a Cloud Storage with objects and buckets by URL. Tests fill it before calls.
type files map[string]string

func (f files) Read(_ context.Context, bucket, name string) ([]byte, error) {
	text, ok := f["gs://"+bucket+"/"+name]
	if !ok {
		return nil, errors.New("no such object")
	}
	return []byte(text), nil
}

func (f files) Write(_ context.Context, bucket, name, _ string, data []byte) error {
	if f["gs://"+bucket+"/"] == "" {
		return errors.New("The specified bucket does not exist.")
	}
	f["gs://"+bucket+"/"+name] = string(data)
	return nil
}

func (f files) HasBucket(_ context.Context, bucket string) bool { return f["gs://"+bucket+"/"] != "" }

func (f files) MakeBucket(_ context.Context, project, bucket, location string) error {
	f["gs://"+bucket+"/"] = "bucket of " + project + " in " + location
	return nil
}

// clock is a clock that tests advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// keys is a Cloud KMS with one key, keyName, that both agents of the test's project may use.
type keys struct {
	mu      sync.Mutex
	primary int64
	states  map[int64]string
	encrypt map[string]bool
	decrypt map[string]bool
	purpose string
	down    error
}

var _ core.Keys = (*keys)(nil)

func newKeys() *keys {
	k := &keys{
		primary: 1, states: map[int64]string{1: "ENABLED"},
		encrypt: map[string]bool{}, decrypt: map[string]bool{},
	}
	for _, agent := range []string{core.DataflowAgent(project), core.ComputeAgent(project)} {
		k.encrypt[agent], k.decrypt[agent] = true, true
	}
	return k
}

// change changes the keys, which a server may use concurrently.
func (k *keys) change(f func(*keys)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f(k)
}

func (k *keys) Wrap(_ context.Context, agent string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.down != nil:
		return cmekpipe.KeyVersionName{}, k.down
	case key.String() != keyName:
		return cmekpipe.KeyVersionName{}, denied(core.KeyNotFound, "useToEncrypt", key)
	case !k.encrypt[agent]:
		return cmekpipe.KeyVersionName{}, denied(core.KeyDenied, "useToEncrypt", key)
	case k.purpose != "":
		return cmekpipe.KeyVersionName{}, &core.KeyError{
			Reason: core.KeyWrongPurpose, Name: keyName, Message: keyName + " has purpose " + k.purpose + ".",
		}
	}
	v := key.Version(k.primary)
	return v, k.enabled(v)
}

func (k *keys) Unwrap(_ context.Context, agent string, v cmekpipe.KeyVersionName) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.down != nil {
		return k.down
	}
	if !k.decrypt[agent] {
		return denied(core.KeyDenied, "useToDecrypt", v.KeyName())
	}
	return k.enabled(v)
}

func (k *keys) enabled(v cmekpipe.KeyVersionName) error {
	state := k.states[v.Number()]
	if state == "ENABLED" {
		return nil
	}
	return &core.KeyError{
		Reason: core.KeyNotEnabled, Name: v.String(), State: state,
		Message: v.String() + " is not enabled, current state is: " + state + ".",
	}
}

func denied(reason core.KeyReason, permission string, key cmekpipe.KeyName) error {
	return &core.KeyError{
		Reason: reason, Name: key.String(),
		Message: "Permission 'cloudkms.cryptoKeyVersions." + permission + "' denied on resource '" + key.String() +
			"' (or it may not exist).",
	}
}
