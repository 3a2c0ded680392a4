package dataflow

import (
	"encoding/json"
	"errors"
	"regexp"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// submission is a job as a client sends it: everything in doc, and by name what the service acts on.
type submission struct {
	doc  fields
	flex *launcher // nil for a job that no Flex Template makes

	Name                  string
	Type                  string
	ProjectID             string
	Location              string
	ClientRequestID       string
	ReplaceJobID          string
	Steps                 []fields
	CreatedFromSnapshotID string
	Labels                map[string]string
	TransformNameMapping  map[string]string
	Environment           struct {
		ServiceKmsKeyName        string
		WorkerRegion, WorkerZone string
		SdkPipelineOptions       json.RawMessage
		WorkerPools              []struct {
			Packages []struct{ Name, Location, Sha256 string }
		}
		UserAgent struct{ Name, Version string }
	}
}

// The types of jobs that run.
const (
	batch     = "JOB_TYPE_BATCH"
	streaming = "JOB_TYPE_STREAMING"
)

// nameForm and maxName are the rule for a job's name. Source: field Job.name of the Dataflow API, whose expression
// counts further than package regexp does.
var nameForm = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

const maxName = 1024

// create takes every well-formed job. Its key is looked at when the job starts, as in Google's service.
func (s *Server) create(c *call) (any, error) {
	view, err := viewOf(c.query)
	if err != nil {
		return nil, err
	}
	sub, err := c.submission()
	if err != nil {
		return nil, err
	}
	j, err := s.admit(c, sub, "dataflow.jobs.create")
	if err != nil {
		return nil, err
	}
	return j.acknowledge(view), nil
}

// admit makes the job of a submission that was checked, or finds the one that it made before. Method is the call that
// the job is made for.
func (s *Server) admit(c *call, sub submission, method string) (*job, error) {
	same := s.named(c.ctx, c.project, c.region, sub.Name, c.now)
	if j := resubmitted(same, sub.ClientRequestID); j != nil {
		return j, nil
	}
	replaced, err := s.replaced(c, sub)
	if err != nil {
		return nil, err
	}
	if err := s.checkSource(c, sub); err != nil {
		return nil, err
	}
	if j := active(same, replaced); j != nil {
		if s.set.adopt {
			return j, nil
		}
		return nil, core.AlreadyExists("The workflow could not be created. " +
			"Causes: There is already an active job named " + sub.Name + ". " +
			"If you want to submit a second job, try again by setting a different name.")
	}
	flex := sub.flex
	if sub, err = s.tampered(sub); err != nil {
		return nil, err
	}
	sub.flex = flex
	j := s.newJob(c, sub)
	j.replaces = replaced
	s.jobs = append(s.jobs, j)
	s.record(j, method)
	return j, nil
}

// submission reads and checks the job in the call's body.
func (c *call) submission() (submission, error) {
	sub, err := parseSubmission(c.body)
	if err != nil {
		return sub, err
	}
	if sub.ReplaceJobID == "" && c.query.Get("replaceJobId") != "" { // deprecated, and still served
		sub.ReplaceJobID = c.query.Get("replaceJobId")
		sub.doc.set("replaceJobId", sub.ReplaceJobID)
	}
	return sub, c.checkJob(sub)
}

// checkJob refuses a job that can't be created where the call acts.
func (c *call) checkJob(sub submission) error {
	switch {
	case !nameForm.MatchString(sub.Name) || len(sub.Name) > maxName:
		return core.BadRequest("got job name \"" + sub.Name + "\", want [a-z]([-a-z0-9]{0,1022}[a-z0-9])?")
	case sub.Type != batch && sub.Type != streaming:
		return core.BadRequest("got job type \"" + sub.Type + "\", want " + batch + " or " + streaming)
	case sub.ProjectID != "" && sub.ProjectID != c.project:
		return core.BadRequest("got project " + sub.ProjectID + " in the job, want " + c.project + ", where the call acts")
	case sub.Location != "" && sub.Location != c.region:
		return core.BadRequest("got location " + sub.Location + " in the job, want " + c.region + ", where the call acts")
	}
	if err := checkLabels(sub.Labels); err != nil {
		return err
	}
	return checkMapping(sub)
}

func parseSubmission(text []byte) (submission, error) {
	var sub submission
	if err := checkPayload(text, "job", api.Job{}); err != nil {
		return sub, err
	}
	if err := json.Unmarshal(text, &sub.doc); err != nil {
		return sub, wrongType(err)
	}
	if err := json.Unmarshal(text, &sub); err != nil {
		return sub, wrongType(err)
	}
	return sub, nil
}

// wrongType names the field that doesn't fit, and never its value.
func wrongType(err error) error {
	field := "a field"
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field = e.Field
	}
	return core.BadRequest("got " + field + " of another JSON type than the API defines")
}

// active finds the job that holds the name, unless it is the one to be replaced.
func active(same []*job, replaced *job) *job {
	for _, j := range same {
		if j != replaced && !j.state.terminal() {
			return j
		}
	}
	return nil
}

// resubmitted finds the job that an earlier attempt of the same request made.
func resubmitted(same []*job, request string) *job {
	for _, j := range same {
		if request != "" && j.ClientRequestID == request {
			return j
		}
	}
	return nil
}

// record takes the job down in the ledger. A key whose name is malformed protects nothing.
func (s *Server) record(j *job, method string) {
	key, _ := cmekpipe.ParseKeyName(j.Environment.ServiceKmsKeyName)
	s.env.Ledger.Record(core.Entry{
		Time: j.created, Service: "dataflow", Method: method, Kind: "job", Name: j.resource(),
		Project: j.project, KeyName: key, KeyAsked: key.Valid(),
	})
}

// acknowledge is the answer to create. It holds the client's request id in every view, by which a client tells its own
// job from another's.
func (j *job) acknowledge(view jobView) fields {
	doc := j.in(view)
	if j.ClientRequestID != "" {
		doc.set("clientRequestId", j.ClientRequestID)
	}
	return doc
}
