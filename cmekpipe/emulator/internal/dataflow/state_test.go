package dataflow_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

func TestJobsPassThroughTheirStates(t *testing.T) {
	type look struct {
		after time.Duration // since submit
		want  string
	}
	for _, test := range []struct {
		name  string
		job   *api.Job
		looks []look
	}{
		{"batch", batchJob("job"), []look{
			{0, "JOB_STATE_PENDING"}, {time.Second - 1, "JOB_STATE_PENDING"}, {time.Second, "JOB_STATE_RUNNING"},
			{61*time.Second - 1, "JOB_STATE_RUNNING"}, {61 * time.Second, "JOB_STATE_DONE"}, {time.Hour, "JOB_STATE_DONE"},
		}},
		{"batch, seen late", batchJob("job"), []look{{time.Hour, "JOB_STATE_DONE"}}},
		{"streaming", streamingJob("job"), []look{
			{time.Second, "JOB_STATE_RUNNING"}, {1000 * time.Hour, "JOB_STATE_RUNNING"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			begin := c.clock.read()
			id := c.create(test.job).Id
			for _, look := range test.looks {
				c.clock.pass(begin.Add(look.after).Sub(c.clock.read()))
				if got := c.look(id).CurrentState; got != look.want {
					t.Errorf("after %v: got %s, want %s", look.after, got, look.want)
				}
			}
		})
	}
}

func TestStateTimeIsWhenTheStateBegan(t *testing.T) {
	c := start(t)
	id := c.create(batchJob("job")).Id
	c.clock.pass(time.Hour)
	if got, want := c.look(id).CurrentStateTime, "2026-11-24T01:53:27Z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDefaultPaceIsAsDocumented(t *testing.T) {
	want := dataflow.Pace{Queued: 20 * time.Millisecond, Pending: 20 * time.Millisecond, Running: 50 * time.Millisecond, Stopping: 20 * time.Millisecond, Snapshot: 20 * time.Millisecond}
	if diff := cmp.Diff(want, dataflow.New(&core.Env{}, files{}).Control().Pace()); diff != "" {
		t.Errorf("pace (-want +got):\n%s", diff)
	}
}

func TestReplacementUpdatesTheOldJobWhenItRuns(t *testing.T) {
	c := start(t)
	old := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	next := withKey(streamingJob("job"), keyName)
	next.ReplaceJobId = old
	id := c.create(next).Id
	c.wantState(old, "JOB_STATE_RUNNING")
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_RUNNING")
	if got := c.look(id).ReplaceJobId; got != old {
		t.Errorf("got replaceJobId %s, want %s", got, old)
	}
	if got := c.look(old); got.CurrentState != "JOB_STATE_UPDATED" || got.ReplacedByJobId != id {
		t.Errorf("got the old job in %s, replaced by %q, want JOB_STATE_UPDATED by %s", got.CurrentState, got.ReplacedByJobId, id)
	}
}

func TestFailedReplacementLeavesTheOldJobRunning(t *testing.T) {
	c := start(t)
	old := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	c.wantState(old, "JOB_STATE_RUNNING")
	c.keys.change(func(k *keys) { k.encrypt[core.ComputeAgent(project)] = false })
	next := withKey(streamingJob("job"), keyName)
	next.ReplaceJobId = old
	id := c.create(next).Id
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_FAILED")
	c.wantState(old, "JOB_STATE_RUNNING")
}

func TestReplacementIsRefused(t *testing.T) {
	c := start(t)
	stream, flow := c.create(streamingJob("stream")).Id, c.create(batchJob("flow")).Id
	c.clock.pass(time.Second)
	young := c.create(streamingJob("young")).Id
	for _, test := range []struct {
		name, old string
		job       *api.Job
		status    int
		reason    string
	}{
		{"of an unknown job", "2026-11-24_01_52_26-1", streamingJob("stream"), http.StatusNotFound, "notFound"},
		{"under another name", stream, streamingJob("other"), http.StatusBadRequest, "badRequest"},
		{"of a batch job", flow, streamingJob("flow"), http.StatusBadRequest, "badRequest"},
		{"by a batch job", stream, batchJob("stream"), http.StatusBadRequest, "badRequest"},
		{"before the job runs", young, streamingJob("young"), http.StatusBadRequest, "failedPrecondition"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.job.ReplaceJobId = test.old
			_, err := c.jobs.Create(project, region, test.job).Do()
			wantError(t, err, test.status, test.reason)
		})
	}
	again := streamingJob("stream")
	if _, err := c.jobs.Create(project, region, again).ReplaceJobId(stream).Do(); err != nil {
		t.Fatalf("replaceJobId in the query: %v", err)
	}
	_, err := c.jobs.Create(project, region, again).ReplaceJobId(stream).Do()
	wantError(t, err, http.StatusConflict, "alreadyExists")
}
