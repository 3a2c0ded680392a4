package job_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
)

const key = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"

func TestEnded(t *testing.T) {
	for state, want := range map[job.State]bool{
		"": false, job.Stopped: false, job.Running: false, job.Done: true, job.Failed: true, job.Cancelled: true, job.Updated: true,
		job.Draining: false, job.Drained: true, job.Pending: false, job.Cancelling: false, job.Queued: false,
		job.ResourceCleaningUp: false,
	} {
		if got := state.Ended(); got != want {
			t.Errorf("%q: got %v, want %v", state, got, want)
		}
	}
}

func TestOrphanSaysWhatWasDone(t *testing.T) {
	k, err := cmekpipe.ParseKeyName(key)
	if err != nil {
		t.Fatal(err)
	}
	running := job.Job{ID: "1", Project: "p", Region: "r", Key: k, State: job.Running}
	const begin = "job projects/p/locations/r/jobs/1 of a launch that did not finish is "
	for _, tc := range []struct {
		orphan job.Orphan
		want   string
	}{
		{job.Orphan{Job: running}, begin + "JOB_STATE_RUNNING and is encrypted with " + key + "; it was left alone"},
		{job.Orphan{Job: running, Undecided: true},
			begin + "JOB_STATE_RUNNING, and its launcher has not set its key yet; it was left alone, and the next launch checks it again"},
		{job.Orphan{Job: running, Err: errors.New("got no key")},
			begin + "now JOB_STATE_RUNNING, because its key could not be verified: got no key"},
	} {
		if got := tc.orphan.String(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

func ExampleJob_ConsoleURL() {
	j := &job.Job{ID: "2026-11-30_1", Project: "bank-prod", Region: "us-central1"}
	fmt.Println(j.ConsoleURL())
	fmt.Println(j)
	// Output:
	// https://console.cloud.google.com/dataflow/jobs/us-central1/2026-11-30_1?project=bank-prod
	// projects/bank-prod/locations/us-central1/jobs/2026-11-30_1
}
