package launch

import (
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/crosslang"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
)

// Draft is what a launch does, or would do. [Plan] and [Run] make it; it prints as text with String and as JSON, and one
// that was read back from JSON serves [Verify] as well. Neither print holds values of the pipeline's own options or
// constants. The zero Draft is none: it has no runner, and Verify refuses it.
type Draft struct {
	// Runner is "dataflow", "prism" or "direct".
	Runner string
	// Project, Region and Key are the job's.
	Project, Region string
	Key             cmekpipe.KeyName
	// JobName is "" as long as no job has a name: a name that the options leave out is made up by each launch.
	JobName string
	// JobID is the job's on Dataflow; "" if none was submitted.
	JobID string
	// Template is the gs:// URL of the classic template that Run writes, under Key, in place of submitting a job; "" without
	// one.
	Template string
	// Staged are the files that the job needs, whether they lie there already or not.
	Staged []StagedFile
	// Awaited are the files that are named only when the pipeline is launched. There are none in the draft of a launch.
	Awaited []AwaitedFiles
	// Destinations are those of all transforms that guard found protected, each once, in order of the transforms.
	Destinations []Destination
	// Findings are what there is to say, among it what guard refuses.
	Findings []rule.Finding

	request *api.Job // nil in a draft that was read back
	public  []byte   // the request as it may be shown
}

// StagedFile is a file in the staging bucket.
type StagedFile struct {
	// URL is the gs:// name, made of the hashes of content and key.
	URL string `json:"url"`
	// SHA256 is of the content, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Size is the number of bytes.
	Size int64 `json:"size"`
	// Key is what the file rests under.
	Key cmekpipe.KeyName `json:"key"`
}

// AwaitedFiles are files that workers of another SDK need. An expansion service has them, which [Plan] does not ask, so that
// their hashes, and with them their names in the staging bucket, are not known, nor is the name of the model that refers
// to them. Run puts all of them under the job's key.
type AwaitedFiles struct {
	// Environment is the other SDK's, as the model calls it.
	Environment string `json:"environment"`
	// Service is the address of the expansion service.
	Service string `json:"service"`
	// Names are what the service called the files when the pipeline was built; it may hand out others in their place.
	Names []string `json:"names"`
}

// Destination is a place that transforms write to.
type Destination struct {
	// Name is the resource as a person would type it.
	Name string `json:"name"`
	// Key is what everything rests under that is written there.
	Key cmekpipe.KeyName `json:"key"`
	// FurtherKeys are those that parts may rest under beside Key.
	FurtherKeys []cmekpipe.KeyName `json:"furtherKeys,omitempty"`
	// Extent is "" if Name is one resource, "shards" if it is the prefix of a sharded write's objects, and "passing" if it
	// is where something lies that may be gone when the pipeline has ended.
	Extent string `json:"extent,omitempty"`
	// Transforms are the paths of those that write there.
	Transforms []string `json:"transforms"`
}

// Request returns the request by which Run creates the job on Dataflow, or which it writes as a template, apart from its
// ClientRequestId, which each launch has for itself and repeats in the label cmekpipe-request, and from a made-up name. It
// is nil on other runners, after an error, for a draft that awaits files, and for one that was read back from JSON.
//
// It holds the values of beam.PipelineOptions and other metadata of the user's: don't print or log it. Changes to it
// change nothing that is launched.
func (d *Draft) Request() *api.Job {
	return d.request
}

// newDraft begins a draft with what guard found.
func (l *launcher) newDraft(coverage *guard.Coverage) *Draft {
	d := &Draft{Runner: l.runner(), Project: l.opts.Project(), Region: l.opts.Region(), Key: l.opts.Key(),
		JobName: l.opts.Config().JobName}
	if l.runner() == onDataflow {
		d.Template = l.opts.Config().TemplateLocation
	}
	for _, t := range coverage.Transforms {
		if t.Verdict == guard.Protected {
			d.add(t)
		}
	}
	d.Findings = coverageFindings(coverage)
	d.Findings = append(d.Findings, keyConflicts(d.Destinations)...)
	return d
}

// add notes where a transform writes.
func (d *Draft) add(t guard.Transform) {
	i := slices.IndexFunc(d.Destinations, func(o Destination) bool {
		return o.Name == t.Destination && o.Key == t.Key && o.Extent == t.Extent
	})
	if i < 0 {
		i = len(d.Destinations)
		d.Destinations = append(d.Destinations, Destination{Name: t.Destination, Key: t.Key, Extent: t.Extent})
	}
	o := &d.Destinations[i]
	o.Transforms = append(o.Transforms, t.Path())
	for _, key := range t.FurtherKeys {
		if !slices.Contains(o.FurtherKeys, key) {
			o.FurtherKeys = append(o.FurtherKeys, key)
		}
	}
}

// complete adds what is known when the files have their names. Files that no service was asked for have none, nor has
// the model that would refer to them.
func (d *Draft) complete(p *plan, c *cargo, named, asked bool) {
	copied := *p.job
	copied.ClientRequestId = ""
	d.request = &copied
	d.Findings = append(d.Findings, requestFindings(d)...)
	if !asked {
		d.await(p.foreign)
	}
	files := []*staging.File{c.workerFile, c.modelFile}
	if len(d.Awaited) > 0 {
		files, d.request = files[:1], nil
	} else {
		d.public = showable(p.job, named)
	}
	for _, a := range c.staged {
		files = append(files, a.File)
	}
	for _, f := range files {
		d.Staged = append(d.Staged, StagedFile{URL: f.URL, SHA256: f.Hash, Size: f.Size, Key: f.Key})
	}
}

// await notes the files that only services know.
func (d *Draft) await(others []foreign) {
	for _, f := range others {
		if !f.asks() {
			continue
		}
		files := AwaitedFiles{Environment: f.id, Service: f.service}
		for _, info := range f.environment.GetDependencies() {
			files.Names = append(files.Names, crosslang.Name(info))
		}
		d.Awaited = append(d.Awaited, files)
	}
}

// submitted notes the job that came of it.
func (d *Draft) submitted(job *Job) {
	d.JobName, d.JobID = job.Name, job.ID
	d.public = showable(d.request, true)
}
