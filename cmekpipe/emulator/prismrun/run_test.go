package prismrun_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/prismrun"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

// TestMain makes the test's binary the worker binary of its jobs.
func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

func init() {
	register.Function2x1(shout)
	register.Function1x2(refuse)
}

func shout(ctx context.Context, s string) string {
	beam.NewCounter("words", "shouted").Inc(ctx, 1)
	beam.NewDistribution("words", "length").Update(ctx, int64(len(s)))
	return s + "!"
}

func refuse(string) (string, error) { return "", errors.New("no more words") }

// run launches a pipeline on the loopback Dataflow as anybody launches one, with this binary as the worker.
func run(t *testing.T, build func(beam.Scope, cmekpipe.KeyName)) (*cmektest.Cloud, cmekpipe.KeyName, *launch.Result, error) {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithJobs(prismrun.OnPrism))
	key := cloud.Key("us-central1", "pipelines")
	cloud.Bucket("work", "us-central1", key)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{Runner: "dataflow", Key: key.String(), Project: cmektest.Project,
		TempLocation: "gs://work/tmp", WorkerBinary: self, JobName: "executed"})
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	build(s, key)
	result, err := launch.Run(t.Context(), opts, p)
	return cloud, key, result, err
}

func TestALaunchedJobReallyRuns(t *testing.T) {
	cloud, key, result, err := run(t, func(s beam.Scope, key cmekpipe.KeyName) {
		to, err := key.Object("gs://work/out.txt")
		if err != nil {
			t.Fatal(err)
		}
		textio.Write(s, to, beam.ParDo(s, shout, beam.Create(s, "a", "bcd")))
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Job.State != "JOB_STATE_DONE" {
		t.Errorf("got state %s, want JOB_STATE_DONE", result.Job.State)
	}
	if got := string(cloud.ReadObject("gs://work/out.txt")); len(got) != 8 || !strings.Contains(got, "a!\n") || !strings.Contains(got, "bcd!\n") {
		t.Errorf("the job wrote %q, want both words", got)
	}
	for _, e := range cloud.Ledger() {
		if e.Kind == "object" && e.ProtectedBy() != key {
			t.Errorf("%s rests under %q, want %s", e.Name, e.ProtectedBy(), key)
		}
	}
	counted := result.Metrics.AllMetrics()
	if c := counted.Counters(); len(c) != 1 || c[0].Key.Name != "shouted" || c[0].Committed != 2 {
		t.Errorf("got counters %+v, want 2 shouted", c)
	}
	if d := counted.Distributions(); len(d) != 1 || d[0].Committed.Max != 3 || d[0].Committed.Count != 2 {
		t.Errorf("got distributions %+v, want the lengths of 2 words", d)
	}
}

func TestAPipelineThatFailsFailsTheJob(t *testing.T) {
	cloud, _, result, err := run(t, func(s beam.Scope, _ cmekpipe.KeyName) {
		beam.ParDo(s, refuse, beam.Create(s, "a"))
	})
	if err == nil || result == nil || result.Job.State != "JOB_STATE_FAILED" {
		t.Fatalf("got %+v, %v, want a failed job", result, err)
	}
	service, err := api.NewService(t.Context(), cloud.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := service.Projects.Locations.Jobs.Messages.List(cmektest.Project, "us-central1", result.Job.ID).
		MinimumImportance("JOB_MESSAGE_ERROR").Do()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range list.JobMessages {
		texts = append(texts, m.MessageText)
	}
	if all := strings.Join(texts, "\n"); !strings.Contains(all, "no more words") || !strings.Contains(all, "Workflow failed.") {
		t.Errorf("got messages %q, want the worker's error and the end", all)
	}
}
