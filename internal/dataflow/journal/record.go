package journal

import (
	"encoding/json"
	"regexp"
	"strings"
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

// The forms of what a record holds. Whoever can write to the staging location can write a record, and its texts become parts of
// calls, of lines on a terminal, and of commands that people paste.
var (
	jobName  = regexp.MustCompile(`^[a-z][-a-z0-9]*$`)
	project  = regexp.MustCompile(`^[a-z0-9][-a-z0-9.:]{0,99}$`)
	region   = regexp.MustCompile(`^[a-z][-a-z0-9]{0,62}$`)
	id       = regexp.MustCompile(`^[A-Za-z0-9][-A-Za-z0-9_]{0,127}$`) // of a request or a job
	optional = regexp.MustCompile(`^([A-Za-z0-9][-A-Za-z0-9_]{0,127})?$`)
)

// ParseRecord reads the content of a record. It reports false for one that no launch of this version wrote.
func ParseRecord(text []byte) (Record, bool) {
	var r Record
	if json.Unmarshal(text, &r) != nil || !r.Key.Valid() {
		return Record{}, false
	}
	ok := len(r.Name) <= 1024 && jobName.MatchString(r.Name) && project.MatchString(r.Project) && region.MatchString(r.Region) && id.MatchString(r.Request) &&
		optional.MatchString(r.Pipeline) && optional.MatchString(r.Replaces)
	if !ok {
		return Record{}, false
	}
	return r, true
}

// parseJob reads the content of a mark of a closed record: the id of a job, or "" for anything else.
func parseJob(text []byte) string {
	job := strings.TrimSpace(string(text))
	if !id.MatchString(job) {
		return ""
	}
	return job
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

	marked bool // as closed, maybe with something else than the id of a job
}

// request is the record as a call that creates a job.
func (e *Entry) request() jobs.Request {
	return jobs.Request{ID: e.Request, Name: e.Name, Recorded: e.Created, Launcher: e.Launcher}
}
