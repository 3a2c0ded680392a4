package plan

import (
	"encoding/json"
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
)

// Plan is what a launch does, or would do. The zero Plan is invalid.
type Plan struct {
	// Runner is what runs the pipeline.
	Runner cmekpipe.Runner
	// Project, Region and Key are the job's.
	Project, Region string
	Key             cmekpipe.KeyName
	// TempLocation and StagingLocation are the gs:// URLs of the job's folders; "" on other runners than Dataflow. Workers write
	// below TempLocation without naming a key.
	TempLocation, StagingLocation string
	// JobName is "" as long as the job has no name: each launch generates a name that the options leave out.
	JobName string
	// JobID is the job's on Dataflow; "" if none was submitted.
	JobID string
	// Template is the gs:// URL of the classic template that the launch writes, encrypted with Key, instead of submitting a
	// job; "" without one.
	Template string
	// Staged are the files that the job needs in the staging bucket, whether they are there already or not.
	Staged []StagedFile
	// Unresolved are the files that get their names only when the pipeline is launched. The plan of a launch has none.
	Unresolved []UnresolvedFiles
	// Destinations are where the transforms write that guard found protected: each destination once, in the order of the
	// transforms.
	Destinations []Destination
	// Findings are what the checks before a launch found, among them what guard refuses.
	Findings rule.Findings
	// Request is the request with which the launch creates the job on Dataflow, or which it writes as a template, without the
	// request's id, which every launch generates. It is nil on other runners, after an error, as long as files are unresolved,
	// and in a plan that was read from JSON. It holds the values of beam.PipelineOptions: don't print or log it.
	Request *api.Job

	shown json.RawMessage // the redacted request of a plan that was read from JSON
}

// StagedFile is a file in the staging bucket.
type StagedFile struct {
	// URL is the gs:// name, which contains the hashes of content and key.
	URL string `json:"url"`
	// SHA256 is the hash of the content, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Size is the number of bytes.
	Size int64 `json:"size"`
	// Key is the key that encrypts the file.
	Key cmekpipe.KeyName `json:"key"`
}

// UnresolvedFiles are files that workers of another SDK need and that only an expansion service knows. Making a plan does not
// ask the service, so that their hashes, and with them their names in the staging bucket, are not known, nor is the name of
// the model that refers to them. The launch encrypts all of them with the job's key.
type UnresolvedFiles struct {
	// Environment is the other SDK's, as the model calls it.
	Environment string `json:"environment"`
	// Service is the address of the expansion service.
	Service string `json:"service"`
	// Names are the files' names when the pipeline was built; the service may send others instead.
	Names []string `json:"names"`
}

// Destination is a place that transforms write to.
type Destination struct {
	// Kind is the kind of the resource.
	Kind cmekpipe.DestinationKind `json:"kind"`
	// Name is the resource as a person would type it.
	Name string `json:"name"`
	// Key is the key that encrypts what is written there.
	Key cmekpipe.KeyName `json:"key"`
	// AdditionalKeys may encrypt parts of the destination in place of Key, as in a database that several regions hold.
	AdditionalKeys []cmekpipe.KeyName `json:"additionalKeys,omitempty"`
	// Transforms are the paths of those that write there.
	Transforms []string `json:"transforms"`
}

// New returns the plan of a pipeline that guard has inspected, as far as it is known without translating the pipeline:
// destinations and findings. Programs call launch.Plan, which completes it.
func New(opts *cmekpipe.Options, coverage *guard.Coverage) *Plan {
	p := &Plan{Runner: opts.Runner(), Project: opts.Project(), Region: opts.Region(), Key: opts.Key(), JobName: opts.JobName()}
	if p.Runner == cmekpipe.RunnerDataflow {
		p.Template = opts.TemplateLocation().String()
		p.TempLocation, p.StagingLocation = opts.TempLocation().String(), opts.StagingLocation().String()
	}
	for _, t := range coverage.Transforms {
		if t.Verdict == guard.Protected {
			p.addDestination(t)
		}
	}
	p.Findings = append(coverage.Findings(), keyConflicts(p.Destinations)...)
	return p
}

// addDestination records where a transform writes.
func (p *Plan) addDestination(t guard.Transform) {
	i := slices.IndexFunc(p.Destinations, func(d Destination) bool {
		return d.Kind == t.Kind && d.Name == t.Destination && d.Key == t.Key
	})
	if i < 0 {
		i = len(p.Destinations)
		p.Destinations = append(p.Destinations, Destination{Kind: t.Kind, Name: t.Destination, Key: t.Key})
	}
	d := &p.Destinations[i]
	d.Transforms = append(d.Transforms, t.Path())
	for _, key := range t.AdditionalKeys {
		if !slices.Contains(d.AdditionalKeys, key) {
			d.AdditionalKeys = append(d.AdditionalKeys, key)
		}
	}
}

// SetRequest sets the request, without its id, and adds what it stores without the key to the findings.
func (p *Plan) SetRequest(request *api.Job) {
	copied := *request
	copied.ClientRequestId = ""
	p.Request = &copied
	p.Findings = append(p.Findings, requestFindings(p)...)
}
