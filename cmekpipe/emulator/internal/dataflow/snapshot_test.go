package dataflow_test

import (
	"net/http"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
)

func (c *cloud) snap(id string) (*api.Snapshot, error) {
	return c.jobs.Snapshot(project, region, id, &api.SnapshotJobRequest{Location: region, Description: "before"}).Do()
}

func TestSnapshotIsEncryptedWithTheJobsKey(t *testing.T) {
	c := start(t)
	id := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	made, err := c.snap(id)
	if err != nil {
		t.Fatal(err)
	}
	if made.State != "RUNNING" || made.SourceJobId != id || made.Ttl != "604800s" || made.Description != "before" || made.Region != region {
		t.Errorf("got snapshot %+v, want a pending one of the job", made)
	}
	e := c.env.Ledger.Entries()[1]
	if e.Kind != "snapshot" || e.KeyName.String() != keyName || e.KeyAsked || e.Name != "projects/test-project/locations/us-central1/snapshots/"+made.Id {
		t.Errorf("got ledger entry %+v, want the snapshot with the job's key", e)
	}
	c.clock.pass(time.Minute)
	snapshots := c.all.Projects.Locations.Snapshots
	if got, err := snapshots.Get(project, region, made.Id).Do(); err != nil || got.State != "READY" || got.DiskSizeBytes == 0 {
		t.Errorf("got %+v, %v, want the snapshot ready with a size", got, err)
	}
	if got, err := c.jobs.Snapshots.List(project, region, id).Do(); err != nil || len(got.Snapshots) != 1 {
		t.Errorf("got %+v, %v, want the job's snapshot", got, err)
	}
	if got, err := snapshots.List(project, region).JobId("other").Do(); err != nil || len(got.Snapshots) != 0 {
		t.Errorf("got %+v, %v, want none of another job", got, err)
	}
	if _, err := snapshots.Delete(project, region, made.Id).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = snapshots.Get(project, region, made.Id).Do()
	wantError(t, err, http.StatusNotFound, "notFound")
	if got := c.env.Ledger.Entries()[1].Deleted; got.IsZero() {
		t.Error("the ledger still has the snapshot, want it deleted")
	}
}

func TestSnapshotIsRefused(t *testing.T) {
	c := start(t)
	flow, young := c.create(batchJob("flow")).Id, ""
	c.clock.pass(time.Second)
	young = c.create(streamingJob("young")).Id
	for id, reason := range map[string]string{flow: "failedPrecondition", young: "failedPrecondition"} {
		_, err := c.snap(id)
		wantError(t, err, http.StatusBadRequest, reason)
	}
	_, err := c.snap("2026-11-24_01_52_26-1")
	wantError(t, err, http.StatusNotFound, "notFound")
	c.clock.pass(time.Second)
	for _, ttl := range []string{"1w", "0s", "-1s", "2592001s", "1h"} {
		_, err := c.jobs.Snapshot(project, region, young, &api.SnapshotJobRequest{Ttl: ttl}).Do()
		if err == nil {
			t.Errorf("ttl %s is accepted", ttl)
		}
	}
	status, _ := c.send(t, http.MethodPost, "/v1b3/projects/"+project+"/locations/"+region+"/jobs/"+young+":pause", "{}")
	if status != http.StatusNotImplemented {
		t.Errorf("got status %d for an unknown method, want 501", status)
	}
}

func TestJobStartsFromASnapshotWithItsKey(t *testing.T) {
	c := start(t)
	id := c.create(withKey(streamingJob("job"), keyName)).Id
	c.clock.pass(time.Second)
	made, err := c.snap(id)
	if err != nil {
		t.Fatal(err)
	}
	next := withKey(streamingJob("next"), keyName)
	next.CreatedFromSnapshotId = made.Id
	_, err = c.jobs.Create(project, region, next).Do()
	wantError(t, err, http.StatusBadRequest, "failedPrecondition") // it isn't ready
	c.clock.pass(time.Minute)
	other := streamingJob("next")
	other.CreatedFromSnapshotId = made.Id
	_, err = c.jobs.Create(project, region, other).Do()
	wantError(t, err, http.StatusBadRequest, "failedPrecondition") // it has another key
	c.create(next)
	next.Name, next.CreatedFromSnapshotId = "last", "none"
	_, err = c.jobs.Create(project, region, next).Do()
	wantError(t, err, http.StatusNotFound, "notFound")
}
