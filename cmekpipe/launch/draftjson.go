package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// draftVersion is the version of the JSON below. It changes when a field changes its meaning; new fields don't change it.
const draftVersion = 1

// draftJSON is a draft in JSON.
type draftJSON struct {
	SchemaVersion int              `json:"schemaVersion"`
	Runner        string           `json:"runner"`
	Project       string           `json:"project"`
	Region        string           `json:"region"`
	Key           cmekpipe.KeyName `json:"key"`
	JobName       string           `json:"jobName,omitempty"`
	JobID         string           `json:"jobId,omitempty"`
	Template      string           `json:"template,omitempty"`
	Staged        []StagedFile     `json:"staged"`
	Awaited       []AwaitedFiles   `json:"awaited,omitempty"`
	Destinations  []Destination    `json:"destinations"`
	Findings      []rule.Finding   `json:"findings"`
	Request       json.RawMessage  `json:"request,omitempty"`
}

// MarshalJSON writes the draft with its fields in a fixed order and the version of this form. The request is there as it
// may be shown: without the values of the program's own pipeline options. The zero Draft is refused with code
// InvalidOptions.
func (d *Draft) MarshalJSON() ([]byte, error) {
	if err := d.check("launch.Draft.MarshalJSON"); err != nil {
		return nil, err
	}
	return json.Marshal(draftJSON{
		draftVersion, d.Runner, d.Project, d.Region, d.Key, d.JobName, d.JobID, d.Template,
		filled(d.Staged), d.Awaited, filled(d.Destinations), filled(d.Findings), d.public,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote: all that [Verify] needs, but not the request. A draft of a version or runner
// that isn't known, and one that leaves a key out, are refused with code InvalidOptions.
func (d *Draft) UnmarshalJSON(text []byte) error {
	const opRead = "launch.Draft.UnmarshalJSON"
	var in draftJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return badDraft(opRead, err)
	}
	if in.SchemaVersion != draftVersion {
		return badDraft(opRead, fmt.Errorf("got version %d, want %d", in.SchemaVersion, draftVersion))
	}
	read := Draft{Runner: in.Runner, Project: in.Project, Region: in.Region, Key: in.Key, JobName: in.JobName, JobID: in.JobID,
		Template: in.Template, Staged: in.Staged, Awaited: in.Awaited, Destinations: in.Destinations, Findings: in.Findings,
		public: in.Request}
	if err := read.check(opRead); err != nil {
		return err
	}
	*d = read
	return nil
}

// check refuses a draft that can't be compared with anything.
func (d *Draft) check(op string) error {
	switch {
	case d == nil || d.Runner == "":
		return badDraft(op, errors.New("got the zero Draft"))
	case !slices.Contains([]string{onDataflow, onDirect, onPrism, onPortable}, d.Runner):
		return badDraft(op, errors.New("got a runner that isn't known"))
	case !d.Key.Valid():
		return badDraft(op, errors.New("got a draft without a key"))
	}
	for _, o := range d.Destinations {
		if !o.Key.Valid() || o.Name == "" {
			return badDraft(op, errors.New("got a destination without a name or a key"))
		}
	}
	for _, f := range d.Staged {
		if !f.Key.Valid() || f.URL == "" {
			return badDraft(op, errors.New("got a staged file without a name or a key"))
		}
	}
	return nil
}

func badDraft(op string, err error) error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "draft", Err: err,
		Hint: "make the draft with launch.Plan, or take the one of launch.Run's Result, with this version of the module"}
}

// filled returns values, or an empty list for none, so that JSON has a list.
func filled[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}
