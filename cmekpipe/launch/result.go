package launch

import (
	"net/url"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
)

// Result is what came of a launch.
type Result struct {
	// Coverage is what guard found in the pipeline; nil if the launch was refused before guard looked.
	Coverage *guard.Coverage
	// Draft is what the launch was to do, for [Verify] to compare with what came of it; nil as long as Coverage is.
	Draft *Draft
	// Job is the job on Dataflow; nil on other runners, and as long as there is none that runs under the key.
	Job *Job
	// Template is the gs:// URL of the classic template that was staged instead of submitting a job; "" without one.
	Template string
	// Orphans are the jobs of earlier launches that were killed before they could prove the key, and what came of them.
	Orphans []Orphan
	// Metrics are the pipeline's own counters and distributions, of a job that failed too; empty for a job that was not
	// waited for.
	Metrics metrics.Results
}

// Job is a job on Dataflow.
type Job struct {
	// ID is the id that Dataflow gave the job.
	ID string
	// Name is the job's name, made up if the options have none.
	Name string
	// Project and Region are where the job runs.
	Project, Region string
	// Key is the key that Dataflow reported for the job. It equals the key of the options.
	Key cmekpipe.KeyName
	// State is the last state seen, as Dataflow spells it: "JOB_STATE_RUNNING".
	State string
}

// ConsoleURL returns the job's page in the Google Cloud console.
func (j *Job) ConsoleURL() string {
	return "https://console.cloud.google.com/dataflow/jobs/" + url.PathEscape(j.Region) + "/" + url.PathEscape(j.ID) +
		"?project=" + url.QueryEscape(j.Project)
}

// String returns the job's full resource name.
func (j *Job) String() string {
	return "projects/" + j.Project + "/locations/" + j.Region + "/jobs/" + j.ID
}
