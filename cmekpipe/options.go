package cmekpipe

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Options are job options that passed every check. They are immutable, and only [Builder.Build], [FromConfig] and
// [FromFlags] make them; the zero Options is refused wherever options are taken.
type Options struct {
	key    KeyName
	config Config
}

// FromConfig checks a configuration and returns it as options. All faults come back at once, in one [Error] with code
// [InvalidOptions]; [Faults] lists them, and errors.Is finds the code of each.
func FromConfig(c Config) (*Options, error) { return newOptions("cmekpipe.FromConfig", c, nil) }

// newOptions checks c. Faults that were found while c was gathered come first.
func newOptions(op string, c Config, found []*Error) (*Options, error) {
	c.Runner = plainRunner(c.Runner)
	k := &checker{faults: slices.Clone(found)}
	k.config(c)
	if err := k.error(op); err != nil {
		return nil, err
	}
	return &Options{key: k.key, config: c.withDefaults(k.key)}, nil
}

// withDefaults fills in what a good configuration leaves open, and writes what can be said in two ways in one.
func (c Config) withDefaults(key KeyName) Config {
	c = c.clone()
	c.Region = key.Location()
	c.Runner = cmp.Or(c.Runner, "prism")
	c.EnvironmentType = strings.ToUpper(c.EnvironmentType)
	c.TempLocation = strings.TrimRight(c.TempLocation, "/")
	c.StagingLocation = cmp.Or(strings.TrimRight(c.StagingLocation, "/"), c.TempLocation+"/staging")
	return c
}

// Valid reports whether o came out of a builder. A nil Options is not valid.
func (o *Options) Valid() bool { return o != nil && o.key.Valid() }

// Key returns the key of the job.
func (o *Options) Key() KeyName { return o.key }

// Project returns the id of the project that runs the job.
func (o *Options) Project() string { return o.config.Project }

// Region returns the region of the job, which is the key's location.
func (o *Options) Region() string { return o.config.Region }

// Config returns a copy of everything, with defaults filled in.
func (o *Options) Config() Config { return o.config.clone() }

// Equal reports whether o and p say the same.
func (o *Options) Equal(p *Options) bool {
	if o == nil || p == nil {
		return o == p
	}
	return o.key == p.key && reflect.DeepEqual(o.config, p.config)
}

// clone returns a copy that shares nothing with c. What is empty is nil in it.
func (c Config) clone() Config {
	for _, m := range []*map[string]string{&c.Labels, &c.TransformNameMapping, &c.SDKContainerImageOverrides} {
		if *m = maps.Clone(*m); len(*m) == 0 {
			*m = nil
		}
	}
	c.ResourceHints = slices.Concat(c.ResourceHints)
	c.Experiments = slices.Concat(c.Experiments)
	c.ServiceOptions = slices.Concat(c.ServiceOptions)
	return c
}
