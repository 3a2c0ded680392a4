package cmekpipe

import (
	"flag"
	"slices"
)

// RegisterFlags defines the flags that [FromFlags] reads, under Beam's names, and leaves alone those that are there
// already because a Beam runner is linked in. Call it before fs.Parse.
func RegisterFlags(fs *flag.FlagSet) {
	for _, o := range options() {
		switch {
		case fs.Lookup(o.name) != nil:
		case o.boolean:
			fs.Bool(o.name, false, o.usage)
		default:
			fs.String(o.name, "", o.usage)
		}
	}
}

// FromFlags reads Beam's own flags from a parsed flag set and gives the verdicts of [FromConfig]. Only flags that were
// set count. Beam's other flags for a runner, such as dataflow_endpoint, are refused with code [Unsupported] when set
// to anything but their default, never ignored.
func FromFlags(fs *flag.FlagSet) (*Options, error) {
	given := make(map[string]string)
	k := &checker{}
	fs.Visit(func(f *flag.Flag) {
		given[f.Name] = f.Value.String()
		if slices.Contains(refusedFlags(), f.Name) && given[f.Name] != f.DefValue {
			k.add(Unsupported, f.Name, "got a flag that cmekpipe does not carry, want none", "leave it out")
		}
	})
	var c Config
	for _, o := range options() {
		if value, ok := given[o.name]; ok {
			if wanted := o.set(&c, value); wanted != "" {
				k.add(InvalidOptions, o.name, "got another value, want "+wanted, "use "+wanted)
			}
		}
	}
	k.aliases(given)
	return newOptions("cmekpipe.FromFlags", c, k.faults)
}

// refusedFlags are Beam's flags whose effect this module does not carry. Ignoring one silently would run another job
// than the one asked for.
func refusedFlags() []string {
	return []string{
		// of the Dataflow runner
		"dataflow_endpoint", "dry_run", "teardown_policy", "cpu_profiling",
		// of every runner
		"endpoint", "environment_type", "environment_config", "sdk_harness_container_image_override", "resource_hints",
		"parallelism", "retain_docker_containers", "element_processing_timeout", "beam_strict",
	}
}

// aliases refuses two names of one option that say different things.
func (c *checker) aliases(given map[string]string) {
	for _, pair := range [][2]string{
		{"async", "execute_async"},
		{"sdk_container_image", "worker_harness_container_image"},
		{"worker_machine_type", "machine_type"},
	} {
		first, ok1 := given[pair[0]]
		second, ok2 := given[pair[1]]
		if ok1 && ok2 && first != second {
			c.add(InvalidOptions, pair[0]+", "+pair[1], "got two values of one option, want one", "set one of them")
		}
	}
	if no, ok := given["no_use_public_ips"]; ok && no == given["use_public_ips"] {
		c.add(InvalidOptions, "use_public_ips, no_use_public_ips", "got flags that contradict each other, want one of them",
			"set one of them")
	}
}
