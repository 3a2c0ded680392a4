package dataflow

import (
	"net/url"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// jobView is the part of a job that an answer includes.
type jobView int

const (
	// summary is the default view. It omits the environment, and so the key.
	summary jobView = iota
	// description has everything but the properties of the steps.
	description
	// all is the whole job.
	all
)

func viewOf(query url.Values) (jobView, error) {
	switch name := query.Get("view"); name {
	case "", "JOB_VIEW_UNKNOWN", "JOB_VIEW_SUMMARY":
		return summary, nil
	case "JOB_VIEW_DESCRIPTION":
		return description, nil
	case "JOB_VIEW_ALL":
		return all, nil
	default:
		return summary, core.BadRequest("got view " + name + ", want JOB_VIEW_SUMMARY, JOB_VIEW_DESCRIPTION or JOB_VIEW_ALL")
	}
}

// in returns the part of the job that a view includes.
func (j *job) in(view jobView) fields {
	doc := j.document()
	switch view {
	case summary:
		return doc.only("id", "projectId", "location", "name", "type", "currentState", "currentStateTime",
			"createTime", "startTime", "jobMetadata")
	case description:
		doc.set("steps", j.stepOutlines())
	}
	return doc
}

func (f fields) only(names ...string) fields {
	part := fields{}
	for _, name := range names {
		if value, ok := f[name]; ok {
			part[name] = value
		}
	}
	return part
}

// stepOutlines returns the job's steps with kind and name only.
func (j *job) stepOutlines() []fields {
	outlines := make([]fields, len(j.Steps))
	for i, step := range j.Steps {
		outlines[i] = step.only("kind", "name")
	}
	return outlines
}

// get returns one job.
func (s *Server) get(c *call) (any, error) {
	view, err := viewOf(c.query)
	if err != nil {
		return nil, err
	}
	j, err := s.see(c, c.id)
	if err != nil {
		return nil, err
	}
	return j.in(view), nil
}
