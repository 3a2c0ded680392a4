package dataflow

import (
	"encoding/json"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// runtimeParams is the part of a job that may change while it runs.
const runtimeParams = "runtimeUpdatableParams"

// change is the body of jobs.update: the fields of a Job that the call may change.
type change struct {
	RequestedState jobState
	Params         fields `json:"runtimeUpdatableParams"`
}

// update stops a job or changes its runtime parameters, but not both.
func (s *Server) update(c *call) (any, error) {
	var want change
	if err := checkPayload(c.body, "job", api.Job{}); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(c.body, &want); err != nil {
		return nil, core.BadRequest("got a body that is no job")
	}
	if want.RequestedState == "JOB_STATE_UNKNOWN" {
		want.RequestedState = ""
	}
	mask := c.query.Get("updateMask")
	if (mask != "") == (want.RequestedState != "") {
		return nil, core.BadRequest("want either requestedState or updateMask: one of them, not both")
	}
	params, err := maskedParams(mask)
	if err != nil {
		return nil, err
	}
	j, err := s.find(c, c.id)
	if err != nil {
		return nil, err
	}
	if j.state.terminal() {
		return nil, core.FailedPrecondition("job " + j.id + " has ended in " + string(j.state) + " and can't be changed")
	}
	if mask != "" {
		err = j.setParams(want.Params, params)
	} else {
		err = j.request(c, want.RequestedState)
	}
	if err != nil {
		return nil, err
	}
	s.advance(c.ctx, j, c.now) // a pace of zero stops at once
	return j.in(summary), nil
}

// request starts the transition to the requested state. A repeated request has no effect.
func (j *job) request(c *call, want jobState) error {
	next := cancelling
	switch {
	case want == cancelled:
	case want != drained:
		return core.BadRequest("got requestedState " + string(want) + ", want " + string(cancelled) + " or " + string(drained))
	case j.Type != streaming:
		return core.FailedPrecondition("only a streaming job can be drained, and job " + j.id + " is " + j.Type)
	case j.state != running && j.state != draining:
		return core.FailedPrecondition("only a running job can be drained, and job " + j.id + " is in " + string(j.state))
	default:
		next = draining
	}
	if j.state == next {
		return nil
	}
	j.doc.set("requestedState", want)
	j.enter(next, c.now)
	return nil
}

// maskedParams returns the runtime parameters in a field mask, in either spelling of field masks. An empty mask means
// all of them.
func maskedParams(mask string) ([]string, error) {
	var params []string
	whole := false
	for path := range strings.SplitSeq(mask, ",") {
		head, param, deep := strings.Cut(camelCase(path), ".")
		switch {
		case mask == "":
		case head != runtimeParams || deep && param == "":
			return nil, core.BadRequest("got updateMask " + mask + ", want fields of " + runtimeParams)
		case deep:
			params = append(params, param)
		default:
			whole = true
		}
	}
	if whole {
		return nil, nil
	}
	return params, nil
}

// setParams sets the named runtime parameters, or all of them. A named parameter that the request omits is removed.
func (j *job) setParams(given fields, names []string) error {
	if j.Type != streaming || j.state != running {
		return core.FailedPrecondition("only a running streaming job has runtime parameters, and job " + j.id + " is " +
			j.Type + " in " + string(j.state))
	}
	if names == nil {
		j.doc.set(runtimeParams, given)
		return nil
	}
	var now fields
	if old := j.doc[runtimeParams]; old == nil || json.Unmarshal(old, &now) != nil || now == nil {
		now = fields{}
	}
	for _, name := range slices.Compact(names) {
		if value, ok := given[name]; ok {
			now[name] = value
		} else {
			delete(now, name)
		}
	}
	j.doc.set(runtimeParams, now)
	return nil
}
