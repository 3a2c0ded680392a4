package cmekpipe

import (
	"flag"
	"slices"
)

// RegisterFlags defines the flags that [FromFlags] reads: Beam's under Beam's names, and this module's cmek_strict and
// cmek_reviewed. It leaves out those that are defined already, because a Beam runner is linked in. Call it before fs.Parse.
//
// If the command line has the key under another name, such as --kms_key_name, and the program has no such flag, fs.Parse fails and
// the usage that it prints ends with the right name.
func RegisterFlags(fs *flag.FlagSet) {
	if fs.Lookup(strictFlag) == nil { // it is no flag of Beam's: this call is the first
		AdviseKeyFlag(fs)
	}
	for _, o := range flagTable() {
		if fs.Lookup(o.name) == nil {
			o.define(fs)
		}
	}
}

// JobFlagSet reports whether the command line set any flag of a job: one that [FromFlags] reads or refuses. A program that
// runs on a loopback cloud when it is started without a job uses it to tell that from a job whose key was forgotten, which
// must fail. It is false before fs.Parse, and for the program's own flags.
func JobFlagSet(fs *flag.FlagSet) bool {
	set := false
	fs.Visit(func(f *flag.Flag) {
		_, forbidden := forbiddenFlag(f.Name)
		set = set || forbidden || slices.ContainsFunc(flagTable(), func(o option) bool { return o.name == f.Name })
	})
	return set
}

// FromFlags creates options from a parsed flag set with the flags of [RegisterFlags], by the rules of [FromConfig]. Call
// [RegisterFlags] and fs.Parse first. Only flags that were set count. Beam's other flags for a runner, such as
// dataflow_endpoint, are refused with code [Unsupported] if they are set to anything but their default;
// [ForbiddenOptions] lists them. Four of them belong to runners that use a job service, and are accepted with the runners
// flink, spark and universal: endpoint, retain_docker_containers, parallelism and beam_strict.
func FromFlags(fs *flag.FlagSet) (*Options, error) {
	const op = "cmekpipe.FromFlags"
	k := &checker{}
	if k.checkFlagSet(fs); len(k.faults) > 0 {
		return nil, k.err(op)
	}
	set := k.readFlags(fs)
	var c Config
	for _, o := range flagTable() {
		for _, value := range set[o.name] {
			if wanted, example := o.set(&c, value); wanted != "" {
				k.faults = append(k.faults, o.wrong(value, wanted, example))
			}
		}
	}
	k.checkAliases(set)
	if other := keyUnderOtherName(set); c.Key == "" && other != "" {
		k.add(KeyMissing, keyField, "got no key, but flag "+other+", which this job does not read", "rename --"+other+" to --"+keyField)
		c.Key = set[other][0]
	}
	return newOptions(op, c, k)
}

// checkFlagSet refuses a flag set that holds no options yet.
func (c *checker) checkFlagSet(fs *flag.FlagSet) {
	const field = "flags"
	switch {
	case fs == nil:
		c.add(InvalidOptions, field, "got a nil flag set", "pass flag.CommandLine")
	case !slices.ContainsFunc(flagTable(), func(o option) bool { return fs.Lookup(o.name) != nil }),
		fs.Parsed() && fs.Lookup(keyField) == nil:
		c.add(InvalidOptions, field, "got a flag set in which --"+keyField+" is not defined",
			"call cmekpipe.RegisterFlags(flag.CommandLine) before flag.Parse()")
	case !fs.Parsed() && fs.NFlag() == 0:
		c.add(InvalidOptions, field, "got a flag set that was not parsed", "call flag.Parse() before cmekpipe.FromFlags")
	}
}

// readFlags returns the values of the flags that were set, and adds a fault for each forbidden one.
func (c *checker) readFlags(fs *flag.FlagSet) map[string][]string {
	set := make(map[string][]string)
	fs.Visit(func(f *flag.Flag) {
		set[f.Name] = flagValues(f)
		if row, found := forbiddenFlag(f.Name); found && f.Value.String() != f.DefValue && !forJobService(fs, f.Name) {
			c.faults = append(c.faults, row.fault(f.Name, f.Name))
		}
	})
	return set
}

// keyUnderOtherName returns a flag of the program's that names a key and is set, such as kms_key_name; "" if none is.
func keyUnderOtherName(set map[string][]string) string {
	var names []string
	for name, values := range set {
		if name != keyField && namesKey(name) && len(values) == 1 && containsKeyName(values[0]) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

// forJobService reports whether a flag belongs to a runner that uses a job service, and such a runner is chosen.
func forJobService(fs *flag.FlagSet, name string) bool {
	runner := fs.Lookup("runner")
	if runner == nil || !slices.Contains([]string{"endpoint", "retain_docker_containers", "parallelism", "beam_strict"}, name) {
		return false
	}
	r, _ := parseRunner(runner.Value.String())
	return r.UsesJobService()
}

// checkAliases refuses two names of one option with different values.
func (c *checker) checkAliases(set map[string][]string) {
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
			c.add(InvalidOptions, pair[0]+", "+pair[1], "got two values of one option, want one", "leave out --"+pair[1])
		}
	}
	if no, ok := set["no_use_public_ips"]; ok && slices.Equal(no, set["use_public_ips"]) {
		c.add(InvalidOptions, "use_public_ips, no_use_public_ips", "got flags that contradict each other, want one of them",
			"leave out --use_public_ips")
	}
}
