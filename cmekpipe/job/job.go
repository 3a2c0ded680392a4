package job

import (
	"net/url"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Job is a job on Dataflow.
type Job struct {
	// ID is the id that Dataflow gave the job.
	ID string
	// Name is the job's name. A launch whose options have no name chooses one.
	Name string
	// Project and Region are where the job runs.
	Project, Region string
	// Key is the key that encrypts the job's data. In the result of a launch it is the key that Dataflow reported.
	Key cmekpipe.KeyName
	// State is the last state that was read.
	State State
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

// Orphan is a job of an earlier launch from the same staging location that was killed, or could not reach its services,
// before it had checked the job's key, or before it could tell its caller of the job. The launch that reports it has checked the key, or has cancelled the job.
type Orphan struct {
	// Job is the job as it was left. Its Key is the one that the job was to have.
	Job Job
	// Err is why the job's key or its location is wrong or could not be checked. Unless the job had ended already it was
	// cancelled. Nil means that the job has its key and was left alone.
	Err error
	// Undecided reports that the job is one of a Flex Template whose launcher has not set the job's key yet. It was left alone,
	// and the next launch checks it again.
	Undecided bool
}

// String says what was found and done, in one line.
func (o *Orphan) String() string {
	found := "job " + o.Job.String() + " of a launch that did not finish is "
	switch {
	case o.Err != nil:
		return found + "now " + string(o.Job.State) + ", because its key could not be verified: " + o.Err.Error()
	case o.Undecided:
		return found + string(o.Job.State) + ", and its launcher has not set its key yet; it was left alone, and the next " +
			"launch checks it again"
	}
	return found + string(o.Job.State) + " and is encrypted with " + o.Job.Key.String() + "; it was left alone"
}
