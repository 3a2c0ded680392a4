package jobs_test

import (
	"context"
	"testing"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// An answer may name a job of another launch, with or without a key, readable or not. It runs on.
func TestAJobOfAnotherLaunchIsNeverCancelled(t *testing.T) {
	for _, once := range []bool{false, true} {
		for _, keyed := range []bool{false, true} {
			for _, status := range []int{0, 403, 404, 503} {
				j := newFixture(t)
				other := j.job("theirs")
				if !keyed {
					other.Environment.ServiceKmsKeyName = ""
				}
				theirs, err := j.API.Projects.Locations.Jobs.Create(cmektest.Project, region, other).Do()
				if err != nil {
					t.Fatal(err)
				}
				get := "dataflow.jobs.get"
				if status != 0 {
					j.cloud.Inject(emulator.Fault{Method: emulator.Method(get), Status: status, Optional: true})
				}
				j.cloud.Advance(time.Second)
				c := jobs.Call{Request: jobs.Request{ID: "req-1", Name: "weekly", Recorded: time.Now().Add(time.Second)}, Job: j.job("req-1"), Once: once,
					Send: func(context.Context) (*api.Job, error) {
						return &api.Job{Id: theirs.Id, CreateTime: theirs.CreateTime}, nil
					}}
				c.Job.Name = "weekly" // no job of this name is visible before the call
				made, err := j.SubmitWith(t.Context(), c)
				if err == nil || made.Job != nil || made.Open != (status != 0) {
					t.Errorf("once %v, keyed %v, status %d: got %+v and %v, want a refusal", once, keyed, status, made, err)
				}
				list, err := j.API.Projects.Locations.Jobs.List(cmektest.Project, region).Do()
				if err != nil || len(list.Jobs) != 1 {
					t.Fatalf("got %+v and %v, want one job", list, err)
				}
				if state := jobs.StateOf(list.Jobs[0]); state.Ended() || state == job.Cancelling {
					t.Errorf("once %v, keyed %v, status %d: got the other job in %s, want it left alone", once, keyed, status, state)
				}
			}
		}
	}
}
