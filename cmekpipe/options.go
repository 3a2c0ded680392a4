package cmekpipe

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Options are checked job options. They are immutable, and only [Builder.Build], [FromConfig] and [FromFlags] create
// them; the zero Options is refused by every function that needs options. Everything is parsed and checked once, when
// they are created: the accessors return what was parsed, with defaults filled in.
type Options struct {
	key           KeyName
	runner        Runner
	temp, staging Folder
	template      Object
	config        Config // with defaults filled in; shares nothing with the caller
}

// FromConfig checks a configuration and returns it as options. All faults are returned at once, in one [Error] with code
// [InvalidOptions]; [OptionErrors] lists them, and errors.Is finds the code of each.
func FromConfig(c Config) (*Options, error) {
	return newOptions("cmekpipe.FromConfig", c, &checker{})
}

// newOptions checks c and adds to the faults that k has already.
func newOptions(op string, c Config, k *checker) (*Options, error) {
	k.checkConfig(c)
	if err := k.err(op); err != nil {
		return nil, err
	}
	o := &Options{key: k.key, runner: k.runner, temp: k.temp, staging: k.staging, config: c.clone()}
	if !o.temp.Valid() {
		o.temp = o.staging.folder("tmp")
	}
	if !o.staging.Valid() {
		o.staging = o.temp.folder("staging")
	}
	if k.templateBucket != "" {
		o.template = Object{k.key, k.templateBucket, k.templateObjectName}
	}
	o.fillDefaults()
	return o, nil
}

// fillDefaults writes the defaults, and one spelling of what can be written in several ways, into the configuration.
func (o *Options) fillDefaults() {
	c := &o.config
	c.Region, c.Runner = o.key.Location(), string(o.runner)
	c.TempLocation, c.StagingLocation = o.temp.String(), o.staging.String()
	c.EnvironmentType = strings.ToUpper(c.EnvironmentType)
	c.Subnetwork = withScheme(c.Subnetwork)
}

// Valid reports whether o holds checked options: it is false for nil and for the zero Options.
func (o *Options) Valid() bool { return o != nil && o.key.Valid() }

// Key returns the key that encrypts the job's data.
func (o *Options) Key() KeyName { return o.key }

// Project returns the id of the project that runs the job.
func (o *Options) Project() string { return o.config.Project }

// Region returns the region of the job, which is the key's location.
func (o *Options) Region() string { return o.config.Region }

// Runner returns what runs the pipeline: a constant of this package, whichever of its names was given.
func (o *Options) Runner() Runner { return o.runner }

// TempLocation returns the folder for temporary files.
func (o *Options) TempLocation() Folder { return o.temp }

// StagingLocation returns the folder for the worker binary and the pipeline.
func (o *Options) StagingLocation() Folder { return o.staging }

// TemplateLocation returns where to stage a classic template, encrypted with the job's key. It is the zero Object if a
// job is to be submitted instead.
func (o *Options) TemplateLocation() Object { return o.template }

// JobName returns the job's name; "" if a launch is to choose one.
func (o *Options) JobName() string { return o.config.JobName }

// Labels returns a copy of the job's labels; nil if there are none.
func (o *Options) Labels() map[string]string { return maps.Clone(o.config.Labels) }

// Update reports whether the job replaces the running job of the same name.
func (o *Options) Update() bool { return o.config.Update }

// TransformNameMapping returns a copy of the mapping for an update; nil if there is none.
func (o *Options) TransformNameMapping() map[string]string {
	return maps.Clone(o.config.TransformNameMapping)
}

// DryRun reports whether a launch stops at its plan.
func (o *Options) DryRun() bool { return o.config.DryRun }

// Strict reports whether a launch refuses code that is not inspected and services outside Cloud KMS, unless they are among
// those that Reviewed returns.
func (o *Options) Strict() bool { return o.config.Strict }

// Reviewed returns a copy of the identities that a person has reviewed for a strict launch; nil if there are none.
func (o *Options) Reviewed() []string { return slices.Clone(o.config.Reviewed) }

// Async reports whether a launch returns once the job is submitted and its key verified.
func (o *Options) Async() bool { return o.config.Async }

// SDKVersion returns the version of Beam that the options require; "" if the one linked in may be any supported one.
func (o *Options) SDKVersion() string { return o.config.SDKVersion }

// CheckSDKVersion checks the version of Beam that is linked into the program, core.SdkVersion: it must support keys, and
// must be the one that the options require, if they require one.
func (o *Options) CheckSDKVersion(linked string) error {
	const op, field = "cmekpipe.Options.CheckSDKVersion", "sdk_version"
	k := &checker{}
	if want := o.config.SDKVersion; want != "" && want != linked {
		k.add(InvalidOptions, field, "got "+want+", but "+linked+" is linked in",
			"leave out sdk_version, or link it in: go get github.com/apache/beam/sdks/v2@v"+want)
	}
	if linked == "" {
		k.add(InvalidOptions, field, "got no version of Beam", "pass core.SdkVersion")
	}
	k.checkSDKVersion(linked)
	return k.err(op)
}

// Experiments returns a copy of the experiments; nil if there are none.
func (o *Options) Experiments() []string { return slices.Clone(o.config.Experiments) }

// ServiceOptions returns a copy of the Dataflow service options; nil if there are none.
func (o *Options) ServiceOptions() []string { return slices.Clone(o.config.ServiceOptions) }

// Config returns a copy of all options as plain text, with defaults filled in. FromConfig of it returns equal options.
// Use the accessors to read single options.
func (o *Options) Config() Config { return o.config.clone() }

// Equal reports whether o and p hold the same options.
func (o *Options) Equal(p *Options) bool {
	if o == nil || p == nil {
		return o == p
	}
	return o.key == p.key && reflect.DeepEqual(o.config, p.config)
}

// clone returns a copy that shares nothing with c. Empty maps and lists become nil.
func (c Config) clone() Config {
	for _, m := range []*map[string]string{&c.Labels, &c.TransformNameMapping, &c.SDKContainerImageOverrides} {
		if *m = maps.Clone(*m); len(*m) == 0 {
			*m = nil
		}
	}
	c.ResourceHints = slices.Concat(c.ResourceHints)
	c.Reviewed = slices.Concat(c.Reviewed)
	c.Experiments = slices.Concat(c.Experiments)
	c.ServiceOptions = slices.Concat(c.ServiceOptions)
	return c
}
