package dataflow_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

// run is one call of a runner; the test decides how it ends.
type run struct {
	dataflow.Execution

	ctx    context.Context
	metric string
	end    chan error
}

// executing makes jobs run with a runner that the test controls.
func executing(c *cloud) chan *run {
	runs := make(chan *run)
	c.server.ExecuteJobs(func(ctx context.Context, e dataflow.Execution) ([]*api.MetricUpdate, error) {
		r := &run{e, ctx, "rows", make(chan error)}
		runs <- r
		select {
		case err := <-r.end:
			return []*api.MetricUpdate{{Name: &api.MetricStructuredName{Name: r.metric}, Scalar: 7}}, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}, func() []string { return []string{"A=b"} })
	return runs
}

// executable is a job with a pipeline and a worker.
func (c *cloud) executable(kind string) *api.Job {
	j := c.staged("job", "model", "read")
	j.Type = kind
	c.files["gs://staging/worker"] = "a program"
	sum := sha256.Sum256([]byte("a program"))
	j.Environment.WorkerPools = []*api.WorkerPool{{Packages: []*api.Package{
		{Name: "worker", Location: "gs://staging/worker", Sha256: hex.EncodeToString(sum[:])}}}}
	return j
}

// eventually gets a job until it is in a state, because runs end asynchronously.
func (c *cloud) eventually(id, want string) {
	c.t.Helper()
	for range 500 {
		if c.look(id).CurrentState == want {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.wantState(id, want)
}

func TestRunDecidesTheFinalStateOfAJob(t *testing.T) {
	for _, test := range []struct {
		name, kind string
		end        error
		want       string
	}{
		{"batch", "JOB_TYPE_BATCH", nil, "JOB_STATE_DONE"},
		{"streaming", "JOB_TYPE_STREAMING", nil, "JOB_STATE_DONE"},
		{"failing", "JOB_TYPE_BATCH", errors.New("S01:read failed."), "JOB_STATE_FAILED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			runs := executing(c)
			id := c.create(c.executable(test.kind)).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_RUNNING")
			r := <-runs
			if len(r.Model.GetComponents().GetTransforms()) != 2 || string(r.Worker) != "a program" || r.Job != "job" ||
				!strings.Contains(string(r.Options), "pipelineUrl") || len(r.Environ) != 1 {
				t.Errorf("got run %+v, want what was staged", r.Execution)
			}
			r.Say("JOB_MESSAGE_ERROR", "Error message from worker")
			c.clock.pass(time.Hour) // the run has no time limit
			c.wantState(id, "JOB_STATE_RUNNING")
			r.end <- test.end
			c.eventually(id, test.want)
			texts := c.errorTexts(id)
			if texts[0] != "Error message from worker" || (test.end != nil) != (len(texts) == 2) {
				t.Errorf("got messages %q", texts)
			}
			if test.end != nil && texts[1] != "Workflow failed. Causes: S01:read failed." {
				t.Errorf("got message %q, want the run's error", texts[1])
			}
			if got, err := c.jobs.GetMetrics(project, region, id).Do(); err != nil || len(got.Metrics) != 1 || got.Metrics[0].Scalar != 7.0 {
				t.Errorf("got metrics %v, %v, want the run's", got, err)
			}
		})
	}
}

func TestEndOfAJobEndsItsRun(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(c *cloud, id string)
		want string
	}{
		{"cancel", func(c *cloud, id string) { c.request(id, "JOB_STATE_CANCELLED"); c.clock.pass(time.Minute) }, "JOB_STATE_CANCELLED"},
		{"loss of the key", func(c *cloud, _ string) { c.keys.change(func(k *keys) { k.states[1] = "DISABLED" }) }, "JOB_STATE_CANCELLED"},
		{"failure by the test", func(c *cloud, id string) { c.control.Fail(id, "Workflow failed.") }, "JOB_STATE_FAILED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			runs := executing(c)
			id := c.create(c.executable("JOB_TYPE_STREAMING")).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_RUNNING")
			r := <-runs
			test.end(c, id)
			c.wantState(id, test.want)
			select {
			case <-r.ctx.Done():
			case <-time.After(5 * time.Second):
				t.Error("the run did not end")
			}
			c.wantState(id, test.want)
		})
	}
}

func TestDrainWaitsForTheRun(t *testing.T) {
	c := start(t)
	runs := executing(c)
	id := c.create(c.executable("JOB_TYPE_STREAMING")).Id
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_RUNNING")
	r := <-runs
	if _, err := c.request(id, "JOB_STATE_DRAINED"); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(time.Hour)
	c.wantState(id, "JOB_STATE_DRAINING")
	r.end <- nil
	c.eventually(id, "JOB_STATE_DRAINED")
}

func TestJobWithoutItsWorkerFails(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *cloud, j *api.Job)
		want   string
	}{
		"no package":  {func(_ *cloud, j *api.Job) { j.Environment.WorkerPools = nil }, "no package named worker"},
		"no file":     {func(c *cloud, _ *api.Job) { delete(c.files, "gs://staging/worker") }, "can't be read"},
		"another one": {func(c *cloud, _ *api.Job) { c.files["gs://staging/worker"] = "other" }, "not the one that was staged"},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			executing(c)
			j := c.executable("JOB_TYPE_BATCH")
			test.change(c, j)
			id := c.create(j).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_FAILED")
			if got := c.errorTexts(id); len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("got messages %q, want %q", got, test.want)
			}
		})
	}
}

func TestJobWithoutAPipelineRunsThroughItsStates(t *testing.T) {
	c := start(t)
	executing(c)
	id := c.create(batchJob("job")).Id
	c.clock.pass(time.Hour)
	c.wantState(id, "JOB_STATE_DONE")
}
