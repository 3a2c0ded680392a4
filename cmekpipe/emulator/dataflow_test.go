package emulator_test

import (
	"strings"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// flex launches a Flex Template and returns its job after the launcher has run.
func flex(t *testing.T, cloud *emulator.Cloud, c clients, e *api.FlexTemplateRuntimeEnvironment) *api.Job {
	t.Helper()
	answer, err := c.dataflow.Projects.Locations.FlexTemplates.Launch(project, "us-central1", &api.LaunchFlexTemplateRequest{
		LaunchParameter: &api.LaunchFlexTemplateParameter{JobName: "flex", Environment: e,
			ContainerSpec: &api.ContainerSpec{Image: "i", SdkInfo: &api.SDKInfo{Language: "GO"}}},
	}).Do()
	if err != nil {
		t.Fatal(err)
	}
	cloud.Advance(time.Minute)
	job, err := c.dataflow.Projects.Locations.Jobs.Get(project, "us-central1", answer.Job.Id).View("JOB_VIEW_ALL").Do()
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func TestAFlexLaunchWithoutFoldersLeavesBytesWithoutAKey(t *testing.T) {
	cloud := start(t)
	c := clientsOf(t, cloud)
	createKey(t, c, emulator.Dataflow, emulator.Compute)
	flex(t, cloud, c, &api.FlexTemplateRuntimeEnvironment{KmsKeyName: keyName})
	kinds := make(map[emulator.Kind]int)
	for _, e := range cloud.Ledger() {
		if strings.HasPrefix(e.Name, "gs://dataflow-staging-us-central1-") && !e.ProtectedBy().Valid() {
			kinds[e.Kind]++
		}
	}
	if kinds["bucket"] != 1 || kinds["object"] == 0 {
		t.Errorf("got ledger %v, want a bucket of Dataflow's own and objects without a key", cloud.Ledger())
	}
}

func TestAFlexLaunchWithFoldersWritesWithTheBucketsKey(t *testing.T) {
	cloud := start(t)
	c := clientsOf(t, cloud)
	createKey(t, c, emulator.Dataflow, emulator.Compute, emulator.Storage)
	if err := createBucket(t.Context(), c, "work"); err != nil {
		t.Fatal(err)
	}
	job := flex(t, cloud, c, &api.FlexTemplateRuntimeEnvironment{
		KmsKeyName: keyName, TempLocation: "gs://work/tmp", StagingLocation: "gs://work/staging"})
	if job.CurrentState == "JOB_STATE_FAILED" {
		t.Errorf("got job in %s, want it to run", job.CurrentState)
	}
	for _, e := range cloud.Ledger() {
		if e.Service != "kms" && e.ProtectedBy().String() != keyName {
			t.Errorf("%s %s is encrypted with %q, want %s", e.Kind, e.Name, e.ProtectedBy(), keyName)
		}
	}
}

func TestJobsRunAtThePaceOfTheTest(t *testing.T) {
	cloud := start(t)
	c := clientsOf(t, cloud)
	cloud.Dataflow().SetPace(emulator.Pace{Pending: time.Hour})
	job, err := c.dataflow.Projects.Locations.Jobs.Create(project, "us-central1", &api.Job{Name: "j", Type: "JOB_TYPE_BATCH"}).Do()
	if err != nil {
		t.Fatal(err)
	}
	cloud.Advance(59 * time.Minute)
	got, err := c.dataflow.Projects.Locations.Jobs.Get(project, "us-central1", job.Id).Do()
	if err != nil || got.CurrentState != "JOB_STATE_PENDING" {
		t.Errorf("got %v, %v, want the job pending for an hour", got, err)
	}
}
