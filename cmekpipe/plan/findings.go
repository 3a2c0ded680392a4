package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// keyConflicts are destinations that are to be encrypted with two keys, which no service can do.
func keyConflicts(destinations []Destination) rule.Findings {
	keys := map[string][]cmekpipe.KeyName{}
	var found rule.Findings
	for _, d := range destinations {
		if d.Kind == cmekpipe.KindBigQueryTemporaryDataset || slices.Contains(keys[d.Name], d.Key) {
			continue // a project has many temporary datasets, each with a key of its own
		}
		keys[d.Name] = append(keys[d.Name], d.Key)
		if len(keys[d.Name]) == 2 {
			found = append(found, rule.Finding{Rule: rule.TwoKeys, Resource: d.Name,
				Detail: fmt.Sprintf("got %s and %s, want one", keys[d.Name][0], d.Key)})
		}
	}
	return found
}

// reviewedBeam is the version of Beam whose transforms package guard's catalogue was made from.
const reviewedBeam = "2.77.0"

// requestFindings are what the job itself puts outside the key, and what isn't known about its place.
func requestFindings(p *Plan) rule.Findings {
	name := p.JobName
	if name == "" {
		name = "generated when launched"
	}
	labels := slices.Sorted(maps.Keys(p.Request.Labels))
	detail := "name, id, parameters, pipeline graph and worker addresses"
	if len(labels) > 0 {
		detail += "; labels " + strings.Join(labels, ", ")
	}
	found := rule.Findings{{Rule: rule.JobMetadata, Resource: "job " + name, Detail: detail}}
	if names := optionNames(p.Request); len(names) > 0 {
		found = append(found, rule.Finding{Rule: rule.PipelineOptions, Resource: "beam.PipelineOptions", Detail: strings.Join(names, ", ")})
	}
	found = append(found, workerFindings(p.Request)...)
	if core.SdkVersion != reviewedBeam {
		found = append(found, rule.Finding{Rule: rule.OtherBeam, Resource: "github.com/apache/beam/sdks/v2",
			Detail: "got version " + core.SdkVersion + ", want " + reviewedBeam + ": what its transforms write may differ",
			Remedy: "go get github.com/apache/beam/sdks/v2@v" + reviewedBeam})
	}
	if answer := location.ForDataflow(p.Key.Location(), p.Region); answer.Fit == location.Unsure {
		found = append(found, rule.Finding{Rule: rule.LocationUnknown, Resource: p.Key.String(), Detail: answer.Why})
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
		return nil // this program created it
	}
	beams := []string{"hooks", "hookOrder", "experiments"} // Beam's own, which every job has
	return slices.DeleteFunc(slices.Sorted(maps.Keys(sent.Go.Options)), func(name string) bool {
		return slices.Contains(beams, name)
	})
}
