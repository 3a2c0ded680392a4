package cmekpipe

import (
	"flag"
	"slices"
)

// RegisterFlags defines the flags that [FromFlags] reads, under Beam's names, and leaves alone those that are there
// already because a Beam runner is linked in. Call it before fs.Parse.
func RegisterFlags(fs *flag.FlagSet) {
	for _, o := range options() {
		if fs.Lookup(o.name) == nil {
			o.define(fs)
		}
	}
}

// FromFlags reads Beam's own flags from a parsed flag set and gives the verdicts of [FromConfig]. Only flags that were
// set count. Beam's other flags for a runner, such as dataflow_endpoint, are refused with code [Unsupported] and the
// reason when set to anything but their default, never ignored; file forbidden.go lists them.
func FromFlags(fs *flag.FlagSet) (*Options, error) {
	set := make(map[string][]string)
	k := &checker{}
	fs.Visit(func(f *flag.Flag) {
		set[f.Name] = given(f)
		if row, found := forbiddenFlag(f.Name); found && f.Value.String() != f.DefValue && !forOthers(fs, f.Name) {
			k.faults = append(k.faults, row.fault(f.Name, f.Name))
		}
	})
	var c Config
	for _, o := range options() {
		for _, value := range set[o.name] {
			if wanted := o.set(&c, value); wanted != "" {
				k.add(InvalidOptions, o.name, "got another value, want "+wanted, "use "+wanted)
			}
		}
	}
	k.aliases(set)
	return newOptions("cmekpipe.FromFlags", c, k.faults)
}

// forOthers reports whether a flag belongs to a runner of others and such a runner is asked for.
func forOthers(fs *flag.FlagSet, name string) bool {
	runner := fs.Lookup("runner")
	return runner != nil && slices.Contains(portableRunners(), plainRunner(runner.Value.String())) &&
		slices.Contains([]string{"endpoint", "retain_docker_containers", "parallelism", "beam_strict"}, name)
}

// aliases refuses two names of one option that say different things.
func (c *checker) aliases(set map[string][]string) {
	for _, pair := range [][2]string{
		{"async", "execute_async"},
		{"sdk_container_image", "worker_harness_container_image"},
		{"sdk_container_image", "environment_config"},
		{"worker_harness_container_image", "environment_config"},
		{"worker_machine_type", "machine_type"},
	} {
		first, ok1 := set[pair[0]]
		second, ok2 := set[pair[1]]
		if ok1 && ok2 && !slices.Equal(first, second) {
			c.add(InvalidOptions, pair[0]+", "+pair[1], "got two values of one option, want one", "set one of them")
		}
	}
	if no, ok := set["no_use_public_ips"]; ok && slices.Equal(no, set["use_public_ips"]) {
		c.add(InvalidOptions, "use_public_ips, no_use_public_ips", "got flags that contradict each other, want one of them",
			"set one of them")
	}
}
