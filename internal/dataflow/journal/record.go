package journal

import (
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// Record describes a launch before it submits a job.
type Record struct {
	// Name of the job, and where it is to run.
	Name, Project, Region string
	// Named says that the user chose the name. Dataflow then keeps a second job of the launch from running.
	Named bool
	// Key is the key that the job is to have.
	Key cmekpipe.KeyName
	// Request is the client request id.
	Request string
	// Pipeline is the hash of what runs: pipeline, worker and the program's options.
	Pipeline string
	// Replaces is the id of the job that the new one is to replace, if any.
	Replaces string
	// Launcher says that a Flex Template's launcher sets the job's key.
	Launcher bool
}

// SameJob reports whether Dataflow would not let the jobs of both launches run at a time.
func (r Record) SameJob(other Record) bool {
	return r.Name == other.Name && r.Project == other.Project && r.Region == other.Region
}

// SamePipeline reports whether both launches run the same, under names that nobody chose. Nothing keeps their jobs from
// running at a time.
func (r Record) SamePipeline(other Record) bool {
	return !r.Named && !other.Named && r.Pipeline == other.Pipeline && r.Pipeline != "" &&
		r.Project == other.Project && r.Region == other.Region
}

// Entry is a record in the staging location.
type Entry struct {
	Record
	// URL is the gs:// name of the object.
	URL string
	// Created is when it was written, by the clock of Cloud Storage.
	Created time.Time
	// Job is the id of the job whose key was confirmed, "" as long as none was.
	Job string
	// Told says that the launcher has returned the job to its caller.
	Told bool
}

// request is the record as a call that creates a job.
func (e *Entry) request() jobs.Request {
	return jobs.Request{ID: e.Request, Name: e.Name, Recorded: e.Created, Launcher: e.Launcher}
}
