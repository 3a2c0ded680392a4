package dataflow

import (
	"encoding/json"
	"regexp"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// nameForm and maxName are the rule for a job's name. Source: field Job.name of the Dataflow API, whose expression has
// a larger repeat count than package regexp supports.
var nameForm = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

const maxName = 1024

// create accepts every well-formed job. The service checks its key when the job starts, as Google's service does.
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

// admit creates the job of a checked submission, or returns the job that an earlier attempt created. Method is the call
// that creates the job.
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
	if err := s.checkPolicies(c, sub); err != nil {
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
	if sub.ReplaceJobID == "" && c.query.Get("replaceJobId") != "" { // deprecated but still served
		sub.ReplaceJobID = c.query.Get("replaceJobId")
		sub.doc.set("replaceJobId", sub.ReplaceJobID)
	}
	return sub, c.checkJob(sub)
}

// checkJob refuses an invalid job, or one of another project or region than the call.
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

// newJob creates a job from a submission, with its id and first state.
func (s *Server) newJob(c *call, sub submission) *job {
	j := &job{
		submission: sub, project: c.project, region: c.region, id: newID(c.now),
		seq: len(s.jobs), created: c.now, since: c.now,
	}
	j.state = pending
	if j.flex != nil {
		j.state = queued
	}
	j.history = []transition{{j.state, c.now}}
	j.hide(s.set.visibility)
	j.doc.set("id", j.id)
	j.doc.set("projectId", j.project)
	j.doc.set("location", j.region)
	j.doc.set("createTime", timestamp(c.now))
	j.doc.set("startTime", timestamp(c.now))
	delete(j.doc, "replacedByJobId")
	j.describeSDK()
	j.say(c.now, detailed, "Workflow job "+j.id+" was accepted.")
	return j
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

// active returns the active job that has the name, unless it is the one to be replaced.
func active(same []*job, replaced *job) *job {
	for _, j := range same {
		if j != replaced && !j.state.terminal() {
			return j
		}
	}
	return nil
}

// resubmitted returns the job that an earlier attempt of the same request created.
func resubmitted(same []*job, request string) *job {
	for _, j := range same {
		if request != "" && j.ClientRequestID == request {
			return j
		}
	}
	return nil
}

// record records the job in the ledger. A key with a malformed name counts as none.
func (s *Server) record(j *job, method string) {
	key, _ := cmekpipe.ParseKeyName(j.Environment.ServiceKmsKeyName)
	s.env.Ledger.Record(core.Entry{
		Time: j.created, Service: "dataflow", Method: method, Kind: "job", Name: j.resource(),
		Project: j.project, KeyName: key, KeyAsked: key.Valid(),
	})
}

// acknowledge answers a create call. The answer has the client's request id in every view, so that a client can
// distinguish its own job from another's.
func (j *job) acknowledge(view jobView) fields {
	doc := j.in(view)
	if j.ClientRequestID != "" {
		doc.set("clientRequestId", j.ClientRequestID)
	}
	return doc
}
