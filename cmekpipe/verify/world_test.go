package verify_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/storage"
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

func TestMain(m *testing.M) { ptest.Main(m) }

func init() {
	register.Function1x1(shout)
	register.Function1x1(toMessage)
}

func shout(s string) string { return s + "!" }

func toMessage(line string) *pubsubpb.PubsubMessage {
	return &pubsubpb.PubsubMessage{Data: []byte(line)}
}

// world is a cloud with a key, a bucket that has no default key, so that only a key that is asked for protects, and one for
// temporary files, whose default key is the job's and which accepts no other objects than those encrypted with a customer key.
type world struct {
	*cmektest.Cloud
	t      testing.TB
	key    cmekpipe.KeyName
	worker string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t), t: t}
	w.key = w.CreateKey("us-central1", "pipelines")
	w.CreateBucket("bank-work", "us-central1", cmekpipe.KeyName{})
	w.CreateBucket("bank-temp", "us-central1", w.key)
	if _, err := w.StorageClient().Bucket("bank-temp").Update(t.Context(), storage.BucketAttrsToUpdate{
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: storage.FullyRestricted},
	}); err != nil {
		t.Fatal(err)
	}
	w.worker = filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(w.worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

// hasty is a context in which services are asked every few milliseconds.
func (w *world) hasty() context.Context {
	return session.WithPace(w.t.Context(), jobs.Timing{Policy: retry.Policy{Initial: time.Millisecond, Max: 20 * time.Millisecond, Attempts: 5},
		SubmitTimeout: time.Second, VisibilityTimeout: 200 * time.Millisecond, StopTimeout: 10 * time.Second})
}

// options are those of a job on Dataflow, changed.
func (w *world) options(change func(*cmekpipe.Config)) *cmekpipe.Options {
	w.t.Helper()
	c := cmekpipe.Config{
		Runner: "dataflow", Key: w.key.String(), Project: cmektest.Project, TempLocation: "gs://bank-temp/tmp",
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

// harmless is a pipeline without a sink.
func harmless() *beam.Pipeline {
	p, s := beam.NewPipelineWithRoot()
	beam.ParDo(s, shout, beam.Create(s, "a"))
	return p
}

func (w *world) run() (*launch.Result, error) {
	w.t.Helper()
	return launch.Run(w.hasty(), w.options(nil), harmless(), launch.WithProgress(nil))
}

func (w *world) plan() (*plan.Plan, error) {
	w.t.Helper()
	return launch.Plan(w.t.Context(), w.options(nil), harmless(), launch.WithProgress(nil))
}

// squatter creates a job as another program would, changed, and returns its id.
func (w *world) squatter(change func(*api.Job)) (id string) {
	w.t.Helper()
	service, err := api.NewService(w.t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		w.t.Fatal(err)
	}
	j := &api.Job{Name: "nightly", Type: "JOB_TYPE_STREAMING", Environment: &api.Environment{ServiceKmsKeyName: w.key.String()}}
	change(j)
	created, err := service.Projects.Locations.Jobs.Create(cmektest.Project, "us-central1", j).Do()
	if err != nil {
		w.t.Fatal(err)
	}
	return created.Id
}
