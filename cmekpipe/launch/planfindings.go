package launch

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// The rules that a plan may break, by the IDs in package rule.
const (
	ruleUnprotected = "CMEK001"
	ruleNoCMEK      = "CMEK002"
	ruleOpaque      = "CMEK003"
	ruleLocal       = "CMEK004"
	ruleMetadata    = "CMEK005"
	ruleConstants   = "CMEK006"
	ruleOptions     = "CMEK007"
	ruleUnsure      = "CMEK008"
	ruleTwoKeys     = "CMEK009"
)

// coverageFindings are what guard found that a person should know of.
func coverageFindings(c *guard.Coverage) []rule.Finding {
	rules := map[guard.Verdict]string{
		guard.Unprotected: ruleUnprotected, guard.NoCMEK: ruleNoCMEK, guard.Opaque: ruleOpaque, guard.Local: ruleLocal,
	}
	var found []rule.Finding
	for _, t := range c.Transforms {
		id, ok := rules[t.Verdict]
		if !ok {
			continue
		}
		detail := t.Reason
		if t.Destination != "" {
			detail += ": " + t.Destination
		}
		found = append(found, rule.Finding{Rule: id, Resource: t.Path(), Detail: detail, Remedy: t.Replacement})
	}
	if m := c.Metadata; m.Elements+m.Constants > 0 {
		found = append(found, rule.Finding{Rule: ruleConstants, Resource: "pipeline graph",
			Detail: fmt.Sprintf("%d elements of beam.Create (%d bytes), %d constants in DoFns (%d bytes)",
				m.Elements, m.ElementBytes, m.Constants, m.ConstantBytes)})
	}
	return found
}

// keyConflicts are destinations that no service can put under what is asked for.
func keyConflicts(destinations []Destination) []rule.Finding {
	keys := map[string][]cmekpipe.KeyName{}
	for _, d := range destinations {
		if !slices.Contains(keys[d.Name], d.Key) {
			keys[d.Name] = append(keys[d.Name], d.Key)
		}
	}
	var found []rule.Finding
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		// Temporary datasets of a project are many, each with a key of its own.
		if len(keys[name]) > 1 && !isTempDataset(name) {
			found = append(found, rule.Finding{Rule: ruleTwoKeys, Resource: name,
				Detail: fmt.Sprintf("asked to rest under %s and %s", keys[name][0], keys[name][1])})
		}
	}
	return found
}

// requestFindings are what the job itself puts outside the key, and what isn't known about its place.
func requestFindings(d *Draft) []rule.Finding {
	name := d.JobName
	if name == "" {
		name = "made up when launched"
	}
	labels := slices.Sorted(maps.Keys(d.request.Labels))
	detail := "name, id, parameters, pipeline graph and worker addresses"
	if len(labels) > 0 {
		detail += "; labels " + strings.Join(labels, ", ")
	}
	found := []rule.Finding{{Rule: ruleMetadata, Resource: "job " + name, Detail: detail}}
	if names := optionNames(d.request); len(names) > 0 {
		found = append(found, rule.Finding{Rule: ruleOptions, Resource: "beam.PipelineOptions", Detail: strings.Join(names, ", ")})
	}
	if answer := location.ForDataflow(d.Key.Location(), d.Region); answer.Fit == location.Unsure {
		found = append(found, rule.Finding{Rule: ruleUnsure, Resource: d.Key.String(), Detail: answer.Why})
	}
	return found
}

// optionNames are the names of the program's own options that travel to the workers in a job.
func optionNames(job *api.Job) []string {
	var sent struct {
		Go struct {
			Options map[string]json.RawMessage `json:"options"`
		} `json:"beam:option:go_options:v1"`
	}
	if err := json.Unmarshal(job.Environment.SdkPipelineOptions, &sent); err != nil {
		return nil // it was made by this program
	}
	beams := []string{"hooks", "hookOrder", "experiments"} // Beam's own, which every job has
	return slices.DeleteFunc(slices.Sorted(maps.Keys(sent.Go.Options)), func(name string) bool {
		return slices.Contains(beams, name)
	})
}
