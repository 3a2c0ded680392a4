package dataflow_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"
)

func TestJobFromBeforeIsBackdated(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	if err := c.control.Backdate(id, time.Date(2024, 3, 6, 23, 59, 59, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	got := c.look(id)
	if got.CreateTime != "2024-03-06T23:59:59Z" || got.StartTime != got.CreateTime {
		t.Errorf("got a job created %s and started %s, want both before 2024-03-07", got.CreateTime, got.StartTime)
	}
	if err := c.control.Backdate("other", time.Time{}); err == nil {
		t.Error("backdated an unknown job")
	}
}

func TestFailFailsTheJob(t *testing.T) {
	c := start(t)
	id := c.create(streamingJob("job")).Id
	c.clock.pass(time.Minute)
	if err := c.control.Fail(id, "Workflow failed."); err != nil {
		t.Fatal(err)
	}
	c.wantState(id, "JOB_STATE_FAILED")
	if diff := cmp.Diff([]string{"Workflow failed."}, c.errorTexts(id)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if err := c.control.Fail(id, "again"); err == nil {
		t.Error("a failed job failed again")
	}
	if err := c.control.Fail("other", "text"); err == nil {
		t.Error("Fail accepted an unknown job")
	}
}

func TestKeyLossEndsJobsAsSet(t *testing.T) {
	for state, fail := range map[string]bool{"JOB_STATE_CANCELLED": false, "JOB_STATE_FAILED": true} {
		t.Run(state, func(t *testing.T) {
			c := start(t)
			c.control.FailOnKeyLoss(fail)
			id := c.create(withKey(streamingJob("job"), keyName)).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_RUNNING")
			c.keys.change(func(k *keys) { k.states[1] = "DISABLED" })
			c.wantState(id, state)
			want := []string{"Workflow failed. Causes: Cloud KMS key " + keyName +
				"/cryptoKeyVersions/1 is not enabled, current state is: DISABLED. cannot be validated."}
			if diff := cmp.Diff(want, c.errorTexts(id)); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTamperAnswersChangesAnswers(t *testing.T) {
	c := start(t)
	c.control.TamperAnswers(func(method string, j *api.Job) {
		if method == "dataflow.jobs.create" {
			j.Environment = &api.Environment{ServiceKmsKeyName: keyName}
		} else if j.Environment != nil {
			j.Environment.ServiceKmsKeyName = ""
		}
	})
	made := c.create(withKey(streamingJob("job"), keyName))
	if got := made.Environment; got == nil || got.ServiceKmsKeyName != keyName {
		t.Errorf("create answers %v, want the key", got)
	}
	if got := c.look(made.Id).Environment.ServiceKmsKeyName; got != "" {
		t.Errorf("get answers key %s, want the tampered one", got)
	}
	c.control.TamperAnswers(nil)
	if got := c.look(made.Id).Environment.ServiceKmsKeyName; got != keyName {
		t.Errorf("got key %s after the tampering, want %s", got, keyName)
	}
}

func TestConflictAnswersTheExistingJob(t *testing.T) {
	c := start(t)
	c.control.AnswerExisting(true)
	first := streamingJob("job")
	first.ClientRequestId = "theirs"
	id := c.create(first).Id
	second := withKey(streamingJob("job"), keyName)
	second.ClientRequestId = "ours"
	if got := c.create(second); got.Id != id || got.ClientRequestId != "theirs" {
		t.Errorf("got job %s of request %s, want the other's job %s", got.Id, got.ClientRequestId, id)
	}
	c.control.AnswerExisting(false)
	_, err := c.jobs.Create(project, region, second).Do()
	wantError(t, err, http.StatusConflict, "alreadyExists")
}
