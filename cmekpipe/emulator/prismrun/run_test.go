package prismrun_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/prismrun"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/shortpause"
)

// TestMain makes the test binary the worker binary of its jobs.
func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init()
	os.Exit(m.Run())
}

func init() {
	register.Function2x1(shout)
	register.Function1x2(refuse)
	register.Function1x1(sleepLong)
}

func shout(ctx context.Context, s string) string {
	beam.NewCounter("words", "shouted").Inc(ctx, 1)
	beam.NewDistribution("words", "length").Update(ctx, int64(len(s)))
	return s + "!"
}

// sleepLong sleeps longer than any test runs.
func sleepLong(s string) string {
	time.Sleep(time.Hour)
	return s
}

func refuse(string) (string, error) { return "", errors.New("no more words") }

// run launches a pipeline on the loopback Dataflow with the public API, with this binary as the worker.
func run(t *testing.T, build func(beam.Scope, cmekpipe.KeyName)) (*cmektest.Cloud, cmekpipe.KeyName, *launch.Result, error) {
	t.Helper()
	cloud := cmektest.NewCloud(t, cmektest.WithJobRunner(prismrun.OnPrism))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	key, result, err := runOn(t, cloud, self, false, build)
	return cloud, key, result, err
}

func runOn(t *testing.T, cloud *cmektest.Cloud, worker string, async bool, build func(beam.Scope, cmekpipe.KeyName)) (cmekpipe.KeyName, *launch.Result, error) {
	t.Helper()
	key := cloud.CreateKey("us-central1", "pipelines")
	cloud.CreateBucket("work", "us-central1", key)
	opts, err := cmekpipe.FromConfig(cmekpipe.Config{Runner: "dataflow", Key: key.String(), Project: cmektest.Project,
		TempLocation: "gs://work/tmp", WorkerBinary: worker, JobName: "executed", Async: async})
	if err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	build(s, key)
	result, err := launch.Run(shortpause.Context(t.Context()), opts, p)
	return key, result, err
}

// wait gets a job until it has ended.
func wait(t *testing.T, service *api.Service, id string) *api.Job {
	t.Helper()
	for range 1000 {
		job, err := service.Projects.Locations.Jobs.Get(cmektest.Project, "us-central1", id).Do()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(job.CurrentState, "ING") {
			return job
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the job did not end")
	return nil
}

func dataflow(t *testing.T, cloud *cmektest.Cloud) *api.Service {
	t.Helper()
	service, err := api.NewService(t.Context(), cloud.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		t.Fatal(err)
	}
	return service
}

func TestAFailingWorkerFailsTheJob(t *testing.T) {
	for name, program := range map[string]string{"no program": "a program for linux", "ends at once": "#!/bin/sh\nexit 3\n"} {
		t.Run(name, func(t *testing.T) {
			cloud := cmektest.NewCloud(t, cmektest.WithJobRunner(prismrun.OnPrism))
			worker := filepath.Join(t.TempDir(), "worker")
			if err := os.WriteFile(worker, []byte(program), 0o700); err != nil {
				t.Fatal(err)
			}
			_, result, err := runOn(t, cloud, worker, true, func(s beam.Scope, _ cmekpipe.KeyName) {
				beam.ParDo(s, shout, beam.Create(s, "a"))
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := wait(t, dataflow(t, cloud), result.Job.ID).CurrentState; got != "JOB_STATE_FAILED" {
				t.Errorf("got %s, want JOB_STATE_FAILED", got)
			}
		})
	}
}

func TestCancelEndsTheRun(t *testing.T) {
	cloud := cmektest.NewCloud(t, cmektest.WithJobRunner(prismrun.OnPrism))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, result, err := runOn(t, cloud, self, true, func(s beam.Scope, key cmekpipe.KeyName) {
		to, err := key.Object("gs://work/never.txt")
		if err != nil {
			t.Fatal(err)
		}
		textio.Write(s, to, beam.ParDo(s, sleepLong, beam.Create(s, "a")))
	})
	if err != nil {
		t.Fatal(err)
	}
	service := dataflow(t, cloud)
	for range 1000 {
		job, err := service.Projects.Locations.Jobs.Get(cmektest.Project, "us-central1", result.Job.ID).Do()
		if err != nil {
			t.Fatal(err)
		}
		if job.CurrentState == "JOB_STATE_RUNNING" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	_, err = service.Projects.Locations.Jobs.Update(cmektest.Project, "us-central1", result.Job.ID,
		&api.Job{RequestedState: "JOB_STATE_CANCELLED"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if got := wait(t, service, result.Job.ID).CurrentState; got != "JOB_STATE_CANCELLED" {
		t.Errorf("got %s, want JOB_STATE_CANCELLED", got)
	}
	for _, e := range cloud.Ledger() {
		if e.Name == "gs://work/never.txt" {
			t.Errorf("the cancelled job wrote %s", e.Name)
		}
	}
}

func TestALaunchedJobRunsItsPipeline(t *testing.T) {
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
			t.Errorf("%s is encrypted with %q, want %s", e.Name, e.ProtectedBy(), key)
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

func TestAFailingPipelineFailsTheJob(t *testing.T) {
	cloud, _, result, err := run(t, func(s beam.Scope, _ cmekpipe.KeyName) {
		beam.ParDo(s, refuse, beam.Create(s, "a"))
	})
	if err == nil || result == nil || result.Job.State != "JOB_STATE_FAILED" {
		t.Fatalf("got %+v, %v, want a failed job", result, err)
	}
	list, err := dataflow(t, cloud).Projects.Locations.Jobs.Messages.List(cmektest.Project, "us-central1", result.Job.ID).
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
