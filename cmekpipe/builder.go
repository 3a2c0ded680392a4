package cmekpipe

import (
	"cmp"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// NeedsProject is a builder that has a key. Its only method is the next step.
type NeedsProject[R location.Regional] struct{ config Config }

// NeedsTempLocation is a builder that has a key and a project. Its only method is the next step.
type NeedsTempLocation[R location.Regional] struct{ config Config }

// Builder collects the options of a job in region R. A program that leaves out the key, the project or the temp location
// does not compile, and neither does one with a path in another region. Build checks the rest.
type Builder[R location.Regional] struct {
	config Config
	faults []*Error
}

// For starts the options of a job whose data is encrypted with a key. The job runs in the key's region.
//
//	opts, err := cmekpipe.For(key).
//		Project("bank-prod").
//		TempLocation(bucket.Path("tmp")).
//		Build()
func For[R location.Regional](key Key[R]) NeedsProject[R] {
	return NeedsProject[R]{Config{Key: key.String()}}
}

// Project sets the project that runs the job, by its id.
func (n NeedsProject[R]) Project(id string) NeedsTempLocation[R] {
	n.config.Project = id
	return NeedsTempLocation[R](n)
}

// TempLocation sets the folder for temporary files. Dataflow chooses none for a job with a key.
func (n NeedsTempLocation[R]) TempLocation(p Path[R]) *Builder[R] {
	n.config.TempLocation = p.String()
	return &Builder[R]{config: n.config}
}

// StagingLocation sets the folder for the worker binary and the pipeline. Default: "staging" in the temp location. Build
// refuses the zero Path; it does not replace it by the default.
func (b *Builder[R]) StagingLocation(p Path[R]) *Builder[R] {
	b.config.StagingLocation = cmp.Or(p.String(), "gs://")
	return b
}

// Runner sets what runs the pipeline. Default: [RunnerPrism].
func (b *Builder[R]) Runner(r Runner) *Builder[R] {
	b.config.Runner = string(r)
	return b
}

// JobName sets the job's name. Default: the launch chooses one.
func (b *Builder[R]) JobName(name string) *Builder[R] {
	b.config.JobName = name
	return b
}

// With changes the options that have no method of their own. Build refuses a change of key, project, region, temp
// location or staging location: the steps and methods set those.
func (b *Builder[R]) With(change func(*Config)) *Builder[R] {
	c := b.config.clone()
	change(&c)
	k := &checker{}
	for _, field := range []struct {
		name     string
		was, now *string
	}{
		{"dataflow_kms_key", &b.config.Key, &c.Key},
		{"project", &b.config.Project, &c.Project},
		{"region", &b.config.Region, &c.Region},
		{"temp_location", &b.config.TempLocation, &c.TempLocation},
		{"staging_location", &b.config.StagingLocation, &c.StagingLocation},
	} {
		if *field.was != *field.now {
			k.add(InvalidOptions, field.name, "got "+quote(*field.now)+" through With, want it in the builder's own step",
				"call the builder's own method: For, Project, TempLocation or StagingLocation")
			*field.now = *field.was
		}
	}
	b.config, b.faults = c.clone(), append(b.faults, k.faults...)
	return b
}

// Build checks everything that the compiler could not, and returns the options. All faults are returned at once; see
// [FromConfig]. The builder may be changed and built again.
func (b *Builder[R]) Build() (*Options, error) {
	return newOptions("cmekpipe.Builder.Build", b.config, &checker{typed: true, faults: slices.Clone(b.faults)})
}
