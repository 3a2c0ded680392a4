package cmekpipe

import (
	"cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// NeedsProject is a builder that has a key. Its only method is the next step.
type NeedsProject[R location.Regional] struct{ config Config }

// NeedsTempLocation is a builder that has a key and a project. Its only method is the next step.
type NeedsTempLocation[R location.Regional] struct{ config Config }

// Builder collects the options of a job in region R. A job without key, project or temp location does not compile, nor
// does one whose paths are in another region. Build checks the rest.
type Builder[R location.Regional] struct {
	config Config
	faults []*Error
}

// For begins the options of a job that is protected by a key. The key's region is the job's; there is no way to name
// another.
//
//	opts, err := cmekpipe.For(key).
//		Project("bank-prod").
//		TempLocation(bucket.Path("tmp")).
//		Build()
func For[R location.Regional](key Key[R]) NeedsProject[R] {
	return NeedsProject[R]{Config{Key: key.String()}}
}

// Project names the project that runs the job, by its id.
func (n NeedsProject[R]) Project(id string) NeedsTempLocation[R] {
	n.config.Project = id
	return NeedsTempLocation[R](n)
}

// TempLocation names the place for temporary files. Dataflow makes no default one when a key is used.
func (n NeedsTempLocation[R]) TempLocation(p Path[R]) *Builder[R] {
	n.config.TempLocation = p.String()
	return &Builder[R]{config: n.config}
}

// StagingLocation names the place for the worker binary and the pipeline. Default: "staging" below the temp location.
// Build refuses the zero Path; it never takes it for the default.
func (b *Builder[R]) StagingLocation(p Path[R]) *Builder[R] {
	b.config.StagingLocation = cmp.Or(p.String(), "gs://")
	return b
}

// Runner picks "prism", "direct" or "dataflow". Default: "prism".
func (b *Builder[R]) Runner(name string) *Builder[R] {
	b.config.Runner = name
	return b
}

// JobName names the job. Default: made up at launch.
func (b *Builder[R]) JobName(name string) *Builder[R] {
	b.config.JobName = name
	return b
}

// With changes the options that have no method of their own. What the steps and methods set is not With's to change:
// Build refuses a change of key, project, region, temp location or staging location.
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
				"set it with the step or method that takes a type")
			*field.now = *field.was
		}
	}
	b.config, b.faults = c.clone(), append(b.faults, k.faults...)
	return b
}

// Build checks everything that the compiler could not and returns the options. All faults come back at once; see
// [FromConfig]. The builder may be changed and built again.
func (b *Builder[R]) Build() (*Options, error) {
	return newOptions("cmekpipe.Builder.Build", b.config, b.faults)
}
