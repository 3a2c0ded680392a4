package dataflow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

const (
	notValidated = "Workflow failed. Causes: Cloud KMS key "
	permission   = "Permission 'cloudkms.cryptoKeyVersions."
)

// Every job below is created without an error and fails when it starts.
func TestBadKeyFailsTheJobAfterSubmit(t *testing.T) {
	elsewhere := strings.Replace(keyName, "us-central1", "europe-west1", 1)
	for _, test := range []struct {
		name    string
		key     string
		arrange func(*keys)
		job     func(*api.Job)
		want    string
	}{
		{name: "no name of a key", key: "my-key", want: notValidated + "my-key cannot be validated."},
		{name: "key version", key: keyName + "/cryptoKeyVersions/1",
			want: notValidated + keyName + "/cryptoKeyVersions/1 cannot be validated."},
		{name: "other region", key: elsewhere, want: wrongLocation(elsewhere)},
		{name: "global", key: strings.Replace(keyName, "us-central1", "global", 1),
			want: wrongLocation(strings.Replace(keyName, "us-central1", "global", 1))},
		{name: "multi-region", key: strings.Replace(keyName, "us-central1", "us", 1),
			want: wrongLocation(strings.Replace(keyName, "us-central1", "us", 1))},
		{name: "workers in another region", key: keyName, want: wrongLocation(keyName),
			job: func(j *api.Job) { j.Environment.WorkerRegion = "us-east1" }},
		{name: "workers in another region's zone", key: keyName, want: wrongLocation(keyName),
			job: func(j *api.Job) { j.Environment.WorkerZone = "us-east1-b" }},
		{name: "missing", key: keyName + "2", want: notValidated + permission + "useToEncrypt' denied on resource '" +
			keyName + "2' (or it may not exist). cannot be validated."},
		{name: "Dataflow agent may not encrypt", key: keyName, want: deniedText("useToEncrypt"),
			arrange: func(k *keys) { k.encrypt[core.DataflowAgent(project)] = false }},
		{name: "Compute agent may not encrypt", key: keyName, want: deniedText("useToEncrypt"),
			arrange: func(k *keys) { k.encrypt[core.ComputeAgent(project)] = false }},
		{name: "Dataflow agent may not decrypt", key: keyName, want: deniedText("useToDecrypt"),
			arrange: func(k *keys) { k.decrypt[core.DataflowAgent(project)] = false }},
		{name: "Compute agent may not decrypt", key: keyName, want: deniedText("useToDecrypt"),
			arrange: func(k *keys) { k.decrypt[core.ComputeAgent(project)] = false }},
		{name: "disabled", key: keyName, want: notEnabledText("DISABLED"),
			arrange: func(k *keys) { k.states[1] = "DISABLED" }},
		{name: "to be destroyed", key: keyName, want: notEnabledText("DESTROY_SCHEDULED"),
			arrange: func(k *keys) { k.states[1] = "DESTROY_SCHEDULED" }},
		{name: "signing key", key: keyName, want: notValidated + keyName + " has purpose MAC. cannot be validated.",
			arrange: func(k *keys) { k.purpose = "MAC" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			if test.arrange != nil {
				test.arrange(c.keys)
			}
			j := withKey(batchJob("job"), test.key)
			if test.job != nil {
				test.job(j)
			}
			made := c.create(j)
			c.wantState(made.Id, "JOB_STATE_PENDING")
			if got := c.errorTexts(made.Id); got != nil {
				t.Errorf("got errors %q before the job starts, want none", got)
			}
			c.clock.pass(time.Second)
			c.wantState(made.Id, "JOB_STATE_FAILED")
			if diff := cmp.Diff([]string{test.want}, c.errorTexts(made.Id)); diff != "" {
				t.Errorf("error messages (-want +got):\n%s", diff)
			}
		})
	}
}

func wrongLocation(key string) string {
	return notValidated + key + " can't protect resources for this job. " +
		"Make sure the region of the KMS key matches the Dataflow region."
}

func deniedText(use string) string {
	return notValidated + permission + use + "' denied on resource '" + keyName +
		"' (or it may not exist). cannot be validated."
}

func notEnabledText(state string) string {
	return notValidated + keyName + "/cryptoKeyVersions/1 is not enabled, current state is: " + state +
		". cannot be validated."
}

func TestJobWithAUsableKeyRuns(t *testing.T) {
	for _, test := range []struct {
		name string
		job  *api.Job
	}{
		{"no key", streamingJob("job")},
		{"key", withKey(streamingJob("job"), keyName)},
		{"no environment", &api.Job{Name: "job", Type: "JOB_TYPE_STREAMING"}},
		{"workers in the key's region", func() *api.Job {
			j := withKey(streamingJob("job"), keyName)
			j.Environment.WorkerZone = "us-central1-b"
			return j
		}()},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t)
			id := c.create(test.job).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_RUNNING")
		})
	}
}

func TestRunningJobIsCancelledWhenItsKeyStopsWorking(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*keys)
		errors []string
	}{
		{"disabled", func(k *keys) { k.states[1] = "DISABLED" }, []string{notEnabledText("DISABLED")}},
		{"rotated and the old version disabled", func(k *keys) {
			k.primary, k.states[2], k.states[1] = 2, "ENABLED", "DISABLED"
		}, []string{notEnabledText("DISABLED")}},
		{"Dataflow agent's role revoked", func(k *keys) {
			k.encrypt[core.DataflowAgent(project)] = false
		}, []string{deniedText("useToEncrypt")}},
	} {
		for _, j := range []*api.Job{batchJob("job"), streamingJob("job")} {
			t.Run(test.name+", "+j.Type, func(t *testing.T) {
				c := start(t)
				id := c.create(withKey(j, keyName)).Id
				c.clock.pass(time.Second)
				c.wantState(id, "JOB_STATE_RUNNING")
				c.keys.change(test.change)
				c.clock.pass(time.Hour)
				c.wantState(id, "JOB_STATE_CANCELLED")
				if diff := cmp.Diff(test.errors, c.errorTexts(id)); diff != "" {
					t.Errorf("error messages (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestRunningJobSurvivesRotation(t *testing.T) {
	c := start(t)
	id := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_RUNNING")
	c.keys.change(func(k *keys) { k.primary, k.states[2] = 2, "ENABLED" })
	c.wantState(id, "JOB_STATE_RUNNING")
}

func TestDrainingJobIsCancelledWhenItsKeyStopsWorking(t *testing.T) {
	c := start(t)
	id := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	if _, err := c.request(id, "JOB_STATE_DRAINED"); err != nil {
		t.Fatal(err)
	}
	c.keys.change(func(k *keys) { k.states[1] = "DISABLED" })
	c.wantState(id, "JOB_STATE_CANCELLED")
}

func TestEndedJobNeedsNoKey(t *testing.T) {
	c := start(t)
	id := c.create(withKey(batchJob("job"), keyName)).Id
	c.clock.pass(time.Hour)
	c.wantState(id, "JOB_STATE_DONE")
	c.keys.change(func(k *keys) { k.states[1] = "DISABLED" })
	c.wantState(id, "JOB_STATE_DONE")
}

func TestUnreachableKeyManagementDoesNotFailTheJob(t *testing.T) {
	c := start(t)
	id := c.create(withKey(streamingJob("job"), keyName)).Id
	c.keys.change(func(k *keys) { k.down = errors.New("connection refused") })
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_PENDING")
	c.keys.change(func(k *keys) { k.down = nil })
	c.wantState(id, "JOB_STATE_RUNNING")
	c.keys.change(func(k *keys) { k.down = errors.New("connection refused") })
	c.wantState(id, "JOB_STATE_RUNNING")
}
