package template_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

const (
	region = "us-central1"
	stored = "gs://bank-work/templates/nightly.json"
	parent = "projects/" + cmektest.Project + "/locations/" + region + "/jobs/"
	// secret stands for the user's data in a parameter.
	secret = "pan-4111111111111111"
)

// world is a cloud with a key, and a bucket whose default key it is.
type world struct {
	*cmektest.Cloud
	t     testing.TB
	key   cmekpipe.KeyName
	other cmekpipe.KeyName
	said  *safeBuffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t), t: t, said: &safeBuffer{}}
	w.key, w.other = w.CreateKey(region, "pipelines"), w.CreateKey(region, "other")
	w.CreateBucket("bank-work", region, w.key)
	return w
}

// options are those of a job on Dataflow, changed.
func (w *world) options(change func(*cmekpipe.Config)) *cmekpipe.Options {
	w.t.Helper()
	c := cmekpipe.Config{Runner: "dataflow", Key: w.key.String(), Project: cmektest.Project, TempLocation: "gs://bank-work/tmp",
		StagingLocation: "gs://bank-work/staging", JobName: "nightly", Async: true}
	if change != nil {
		change(&c)
	}
	opts, err := cmekpipe.FromConfig(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return opts
}

// hasty is a context in which package launch asks services every few milliseconds.
func hasty(ctx context.Context) context.Context {
	return session.WithPace(ctx, jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 20 * time.Millisecond, Attempts: 5},
		SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 10 * time.Second})
}

// kind is one of the two kinds of templates, with a template of its own in the cloud.
type kind struct {
	name, method string
	launch       func(context.Context, *cmekpipe.Options, template.Request, ...template.Option) (*launch.Result, error)
	put          func(*world)
}

func kinds() []kind {
	return []kind{
		{"classic", "dataflow.templates.launch", template.LaunchClassic, func(w *world) { w.putClassic(nil) }},
		{"flex", "dataflow.flexTemplates.launch", template.LaunchFlex, func(w *world) { w.putFlex(nil) }},
	}
}

// eachKind runs a test for both kinds.
func eachKind(t *testing.T, test func(*testing.T, *world, kind)) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			w := newWorld(t)
			k.put(w)
			test(t, w, k)
		})
	}
}

// putClassic stores a template of a streaming job, changed.
func (w *world) putClassic(change func(*api.Job)) {
	w.t.Helper()
	job := &api.Job{Name: "staged", Type: "JOB_TYPE_STREAMING", Environment: &api.Environment{
		ServiceKmsKeyName:  w.key.String(),
		SdkPipelineOptions: []byte(`{"options":{"input":"a","dataflow_kms_key":"` + w.key.String() + `"}}`),
	}}
	if change != nil {
		change(job)
	}
	w.putJSON(stored, job)
}

// putFlex stores the specification of a streaming Flex Template, changed.
func (w *world) putFlex(change func(*api.ContainerSpec)) {
	w.t.Helper()
	spec := &api.ContainerSpec{Image: "us-docker.pkg.dev/bank/images/nightly", SdkInfo: &api.SDKInfo{Language: "GO"},
		Metadata: &api.TemplateMetadata{Name: "nightly", Streaming: true,
			Parameters: []*api.ParameterMetadata{{Name: "input", Label: "Input", HelpText: "Input", IsOptional: true}}}}
	if change != nil {
		change(spec)
	}
	w.putJSON(stored, spec)
}

func (w *world) putJSON(url string, message any) {
	w.t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		w.t.Fatal(err)
	}
	w.WriteObject(url, text)
}

// run launches the stored template.
func (w *world) run(k kind, change func(*cmekpipe.Config)) (*launch.Result, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	return k.launch(ctx, w.options(change), template.Request{Template: stored},
		template.WithHaste(), template.WithProgress(w.said), template.WithLogger(nil))
}

func (w *world) dataflow() *api.Service {
	w.t.Helper()
	service, err := api.NewService(context.Background(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		w.t.Fatal(err)
	}
	return service
}

// jobs returns every job that Dataflow has, whole, once none is starting or stopping any more.
func (w *world) jobs() []*api.Job {
	w.t.Helper()
	service := w.dataflow().Projects.Locations.Jobs
	for {
		list, err := service.List(cmektest.Project, region).Do()
		if err != nil {
			w.t.Fatal(err)
		}
		settled := true
		var jobs []*api.Job
		for _, j := range list.Jobs {
			job, err := service.Get(cmektest.Project, region, j.Id).View("JOB_VIEW_ALL").Do()
			if err != nil {
				w.t.Fatal(err)
			}
			switch job.CurrentState {
			case "JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_CANCELLING":
				settled = false
			}
			jobs = append(jobs, job)
		}
		if settled {
			return jobs
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// running returns the jobs that have not ended.
func (w *world) running() (found []*api.Job) {
	for _, j := range w.jobs() {
		if j.CurrentState == "JOB_STATE_RUNNING" {
			found = append(found, j)
		}
	}
	return found
}

// requireNoneRunsWithout fails the test if a job that runs has not the key.
func (w *world) requireNoneRunsWithout() {
	w.t.Helper()
	for _, j := range w.running() {
		if j.Environment.ServiceKmsKeyName != w.key.String() {
			w.t.Errorf("job %s runs under %q", j.Id, j.Environment.ServiceKmsKeyName)
		}
	}
}

// entries returns what exists of a kind: "object", "bucket", "job".
func (w *world) entries(kind string) []emulator.Entry {
	var found []emulator.Entry
	for _, e := range w.Ledger() {
		if string(e.Kind) == kind && e.Deleted.IsZero() {
			found = append(found, e)
		}
	}
	return found
}

// records returns how many launches are on record of whose job nobody has confirmed the key.
func (w *world) records() (n int) {
	marks := map[string][]string{}
	for _, e := range w.entries("object") {
		if dir, mark := path.Split(e.Name); strings.Contains(dir, "/unfinished/") {
			marks[dir] = append(marks[dir], mark)
		}
	}
	for _, has := range marks {
		if slices.Contains(has, "launch") && !slices.Contains(has, "closed") && !slices.Contains(has, "settled") {
			n++
		}
	}
	return n
}

// calls returns how often a method that makes jobs took effect.
func (w *world) calls(method string) (n int) {
	for _, e := range w.Ledger() {
		if e.Kind == "job" && string(e.Method) == method {
			n++
		}
	}
	return n
}

// requireError ends the test unless err has a code, names a resource and gives a hint.
func requireError(t testing.TB, err error, code cmekpipe.Code, resource string) *cmekpipe.Error {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok {
		t.Fatalf("got error %v, want a *cmekpipe.Error with code %q", err, code)
	}
	if e.Code != code || e.Resource != resource {
		t.Fatalf("got error %v, want code %q and resource %q", err, code, resource)
	}
	if e.Hint == "" {
		t.Errorf("got error %v without a hint", err)
	}
	return e
}

// intercept stands between launches and Dataflow. The handler that it is given serves the request there.
func intercept(t testing.TB, serve func(w http.ResponseWriter, r *http.Request, service http.Handler)) {
	t.Helper()
	const variable = "DATAFLOW_EMULATOR_HOST"
	target, err := url.Parse("http://" + os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	service := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, service) }))
	t.Cleanup(proxy.Close)
	t.Setenv(variable, proxy.Listener.Addr().String())
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
