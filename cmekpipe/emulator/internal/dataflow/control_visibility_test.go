package dataflow_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/dataflow"
)

func TestNewJobIsNotSeenByTheFirstReaders(t *testing.T) {
	c := start(t)
	c.control.SetVisibility(dataflow.Visibility{Reads: 3})
	id := c.create(streamingJob("job")).Id
	if _, err := c.jobs.Get(project, region, id).Do(); err == nil {
		t.Error("the first get finds the job, want 404")
	} else {
		wantError(t, err, http.StatusNotFound, "notFound")
	}
	if got := names(t, c.jobs.List(project, region)); len(got) != 0 {
		t.Errorf("the first list shows %v, want nothing", got)
	}
	_, err := c.jobs.Messages.List(project, region, id).Do()
	wantError(t, err, http.StatusNotFound, "notFound")
	c.wantState(id, "JOB_STATE_PENDING")
	if got := names(t, c.jobs.List(project, region)); len(got) != 1 {
		t.Errorf("a later list shows %v, want the job", got)
	}
}

func TestNewJobIsNotSeenForAWhile(t *testing.T) {
	c := start(t)
	c.control.SetVisibility(dataflow.Visibility{Delay: 10 * time.Second})
	id := c.create(streamingJob("job")).Id
	c.clock.pass(10*time.Second - 1)
	_, err := c.jobs.Get(project, region, id).Do()
	wantError(t, err, http.StatusNotFound, "notFound")
	if got := names(t, c.jobs.List(project, region).Filter("ACTIVE")); len(got) != 0 {
		t.Errorf("got %v, want nothing yet", got)
	}
	c.clock.pass(1)
	c.wantState(id, "JOB_STATE_RUNNING")
}

// A job that no reader sees yet exists.
func TestUnseenJobHoldsItsNameAndCanBeCancelled(t *testing.T) {
	c := start(t)
	c.control.SetVisibility(dataflow.Visibility{Delay: time.Hour})
	ask := streamingJob("job")
	ask.ClientRequestId = "request"
	id := c.create(ask).Id
	_, err := c.jobs.Create(project, region, streamingJob("job")).Do()
	wantError(t, err, http.StatusConflict, "alreadyExists")
	if again := c.create(ask); again.Id != id {
		t.Errorf("got job %s for the same request, want %s", again.Id, id)
	}
	if got, err := c.request(id, "JOB_STATE_CANCELLED"); err != nil || got.CurrentState != "JOB_STATE_CANCELLING" {
		t.Errorf("got %v, %v, want the job cancelling", got, err)
	}
}

func TestReadersSeeOldStates(t *testing.T) {
	c := start(t)
	c.control.SetVisibility(dataflow.Visibility{StateLag: 5 * time.Second})
	id := c.create(streamingJob("job")).Id
	for _, step := range []struct {
		pass time.Duration
		want string
	}{
		{5 * time.Second, "JOB_STATE_PENDING"}, // it has run for 4 s
		{time.Second, "JOB_STATE_RUNNING"},
	} {
		c.clock.pass(step.pass)
		c.wantState(id, step.want)
	}
	if _, err := c.request(id, "JOB_STATE_CANCELLED"); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(5 * time.Second)
	c.wantState(id, "JOB_STATE_CANCELLING") // it has been cancelled for 3 s
	if got := names(t, c.jobs.List(project, region).Filter("ACTIVE")); len(got) != 1 {
		t.Errorf("got active jobs %v, want the one that seems to be", got)
	}
	c.create(streamingJob("job")) // its name is free already
	c.clock.pass(2 * time.Second)
	c.wantState(id, "JOB_STATE_CANCELLED")
}
