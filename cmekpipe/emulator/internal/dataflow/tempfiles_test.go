package dataflow_test

import (
	"strings"
	"testing"
	"time"
)

// A job that starts leaves an object below its temp location, whatever the form of that location's name.
func TestJobsWriteBelowTheirTempLocation(t *testing.T) {
	for name, prefix := range map[string]string{
		"URL":            "gs://work/tmp",
		"host first":     "storage.googleapis.com/work/tmp",
		"bucket in host": "work.storage.googleapis.com/tmp/",
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			c.files["gs://work/"] = "bucket"
			ask := withKey(streamingJob("job"), keyName)
			ask.Environment.TempStoragePrefix = prefix
			id := c.create(ask).Id
			c.clock.pass(time.Second)
			c.wantState(id, "JOB_STATE_RUNNING")
			written := 0
			for url := range c.files {
				if strings.HasPrefix(url, "gs://work/tmp/job-"+id+"/") {
					written++
				}
			}
			if written != 1 {
				t.Errorf("got %d objects below the temp location, want one: %v", written, c.files)
			}
		})
	}
}

func TestATempLocationWithoutABucketIsNotMissed(t *testing.T) {
	c := start(t)
	ask := withKey(streamingJob("job"), keyName)
	ask.Environment.TempStoragePrefix = "gs://nowhere/tmp"
	id := c.create(ask).Id
	c.clock.pass(time.Second)
	c.wantState(id, "JOB_STATE_RUNNING")
}
