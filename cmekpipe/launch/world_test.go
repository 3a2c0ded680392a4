package launch_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/xlangx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// secret stands for the user's data: a constant of the pipeline.
const secret = "pan-4111111111111111"

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	if os.Getenv(childVariable) != "" {
		os.Exit(launchAsChild())
	}
	xlangx.RegisterHandler("offline", expand)
	os.Exit(m.Run())
}

func init() {
	register.Function1x1(shout)
	register.Function1x2(toKV)
	register.Function1x2(breakOn)
	register.Function1x2(refuseOn)
}

func shout(s string) string { return s + "!" }

// breakOn fails as users' code does: with the element in the text.
func breakOn(s string) (string, error) { return "", errors.New("can't parse " + s) }

func refuseOn(string) (string, error) {
	return "", &cmekpipe.Error{Op: "textio.Write", Code: cmekpipe.KeyDisabled, Resource: "gs://bank-out/a", Hint: "enable it",
		Err: errors.New("got a key that is off")}
}

// world is a cloud with a key and a bucket whose default key it is, and which accepts no object under Google's own encryption. Which objects were written with a key that was asked for,
// the ledger knows.
type world struct {
	*cmektest.Cloud
	t      testing.TB
	key    cmekpipe.KeyName
	worker string
	said   *safeBuffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t), t: t, said: &safeBuffer{}}
	w.key = w.CreateKey("us-central1", "pipelines")
	w.CreateBucket("bank-work", "us-central1", w.key)
	w.enforce("bank-work", storage.FullyRestricted)
	w.worker = filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(w.worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

// options are those of a job on Dataflow, changed.
func (w *world) options(change func(*cmekpipe.Config)) *cmekpipe.Options {
	w.t.Helper()
	c := cmekpipe.Config{
		Runner: "dataflow", Key: w.key.String(), Project: cmektest.Project, TempLocation: "gs://bank-work/tmp",
		WorkerBinary: w.worker, JobName: "nightly",
	}
	if change != nil {
		change(&c)
	}
	opts, err := cmekpipe.FromConfig(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return opts
}

// run launches a harmless pipeline.
func (w *world) run(change func(*cmekpipe.Config)) (*launch.Result, error) {
	w.t.Helper()
	return launch.Run(w.t.Context(), w.options(change), harmless(), launch.WithHaste(), launch.WithProgress(w.said))
}

// jobs returns every job that Dataflow has, whole.
func (w *world) jobs() []*api.Job {
	w.t.Helper()
	service, err := api.NewService(w.t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := service.Projects.Locations.Jobs.List(cmektest.Project, "us-central1").Do()
	if err != nil {
		w.t.Fatal(err)
	}
	jobs := make([]*api.Job, len(list.Jobs))
	for i, j := range list.Jobs {
		if jobs[i], err = service.Projects.Locations.Jobs.Get(cmektest.Project, "us-central1", j.Id).View("JOB_VIEW_ALL").Do(); err != nil {
			w.t.Fatal(err)
		}
	}
	return jobs
}

// entries returns what exists of a kind, "object", "bucket" or "job", without what workers wrote into their temp location.
func (w *world) entries(kind string) []emulator.Entry {
	var found []emulator.Entry
	for _, e := range w.Ledger() {
		byWorkers := kind == "object" && e.Method == "dataflow.jobs.create"
		if string(e.Kind) == kind && e.Deleted.IsZero() && !byWorkers {
			found = append(found, e)
		}
	}
	return found
}

// harmless is a pipeline that guard lets pass, with a constant in it.
func harmless() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo(s, shout, beam.Create(s, secret))
	return p
}

// requireError ends the test unless err has a code, names a resource and gives a hint.
func requireError(t *testing.T, err error, code cmekpipe.Code, resource string) *cmekpipe.Error {
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
