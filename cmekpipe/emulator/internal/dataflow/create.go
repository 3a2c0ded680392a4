package dataflow

import (
	"encoding/json"
	"regexp"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
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

// newJob gives a submitted job its identity and its first state.
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
