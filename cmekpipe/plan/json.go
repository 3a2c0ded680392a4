package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// schemaVersion is the version of the JSON below. It changes when a field changes its meaning; new fields don't change it.
const schemaVersion = 1

// planJSON is a plan in JSON.
type planJSON struct {
	SchemaVersion int               `json:"schemaVersion"`
	Runner        cmekpipe.Runner   `json:"runner"`
	Project       string            `json:"project"`
	Region        string            `json:"region"`
	Key           cmekpipe.KeyName  `json:"key"`
	Temp          string            `json:"tempLocation,omitempty"`
	Staging       string            `json:"stagingLocation,omitempty"`
	JobName       string            `json:"jobName,omitempty"`
	JobID         string            `json:"jobId,omitempty"`
	Template      string            `json:"template,omitempty"`
	Staged        []StagedFile      `json:"staged"`
	Unresolved    []UnresolvedFiles `json:"unresolved,omitempty"`
	Destinations  []Destination     `json:"destinations"`
	Findings      []rule.Finding    `json:"findings"`
	Request       json.RawMessage   `json:"request,omitempty"`
}

// MarshalJSON writes the plan with its fields in a fixed order and the version of this form. The request is redacted: it is
// without the values of the program's own pipeline options. The zero Plan is refused with code InvalidOptions.
func (p *Plan) MarshalJSON() ([]byte, error) {
	if err := p.Check("plan.MarshalJSON"); err != nil {
		return nil, err
	}
	return json.Marshal(planJSON{
		schemaVersion, p.Runner, p.Project, p.Region, p.Key, p.TempLocation, p.StagingLocation, p.JobName, p.JobID,
		p.Template, notNil(p.Staged), p.Unresolved, notNil(p.Destinations), notNil(p.Findings), p.redacted(),
	})
}

// redacted returns the request as it may be printed.
func (p *Plan) redacted() json.RawMessage {
	if p.Request == nil {
		return p.shown
	}
	return redact(p.Request, p.JobName != "")
}

// UnmarshalJSON reads what MarshalJSON wrote: all that package verify needs, but not the request. A plan of a version or
// runner that isn't known, and one that leaves a key, kind or name out, are refused with code InvalidOptions.
func (p *Plan) UnmarshalJSON(text []byte) error {
	const op = "plan.UnmarshalJSON"
	var in planJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return invalid(op, err)
	}
	if in.SchemaVersion != schemaVersion {
		return invalid(op, fmt.Errorf("got version %d, want %d", in.SchemaVersion, schemaVersion))
	}
	read := Plan{Runner: in.Runner, Project: in.Project, Region: in.Region, Key: in.Key, TempLocation: in.Temp,
		StagingLocation: in.Staging, JobName: in.JobName, JobID: in.JobID, Template: in.Template, Staged: in.Staged, Unresolved: in.Unresolved, Destinations: in.Destinations, Findings: in.Findings,
		shown: in.Request}
	if err := read.Check(op); err != nil {
		return err
	}
	*p = read
	return nil
}

// Check refuses a plan that nothing can be compared with, with code InvalidOptions. op is the operation that the error names.
func (p *Plan) Check(op string) error {
	switch {
	case p == nil || p.Runner == "":
		return invalid(op, errors.New("got the zero Plan"))
	case !slices.Contains(cmekpipe.Runners(), p.Runner):
		return invalid(op, fmt.Errorf("got runner %q, want one of %v", p.Runner, cmekpipe.Runners()))
	case !p.Key.Valid():
		return invalid(op, errors.New("got a plan without a key"))
	}
	for _, d := range p.Destinations {
		if !d.Key.Valid() || d.Name == "" || !d.Kind.Valid() {
			return invalid(op, errors.New("got a destination without a kind, a name or a key"))
		}
	}
	for _, f := range p.Staged {
		if !f.Key.Valid() || f.URL == "" {
			return invalid(op, errors.New("got a staged file without a name or a key"))
		}
	}
	return nil
}

func invalid(op string, err error) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "plan", Err: err,
		Hint: "create the plan with launch.Plan, or use the Plan of launch.Run's Result, with this version of the module"}
}

// notNil returns values, or an empty list for none, so that JSON has a list.
func notNil[S ~[]E, E any](values S) S {
	if values == nil {
		return S{}
	}
	return values
}
