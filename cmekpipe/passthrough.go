package cmekpipe

import (
	"maps"
	"slices"
	"strings"
)

// CheckOptions checks options that reach a job outside [Config] by the same rules: entries of beam.PipelineOptions,
// parameters of a template, and additional experiments under the name "experiments". Names count in every spelling:
// dataflow_kms_key, dataflowKmsKey, --dataflow-kms-key. An option that names a key must name this key, a location must be
// in the key's region, and the options of [ForbiddenOptions] are refused. Options with other names are the program's own,
// and an empty value counts as unset.
//
// All faults are returned at once, in one [Error] with code [InvalidOptions]; [OptionErrors] lists them in the order of
// the names, and errors.Is finds the code of each. No error shows a value, except names of keys and locations.
func CheckOptions(key KeyName, options map[string]string) error {
	k := &checker{key: key, region: key.Location()}
	if !key.Valid() {
		k.add(KeyMissing, keyField, "got no key, want the job's", keyNameForm)
	}
	return k.checkAllPassedThrough("cmekpipe.CheckOptions", options)
}

// CheckOptions is [CheckOptions] with the key of o. It also refuses options that contradict one that o sets, by which the workers'
// network, addresses, account, image, machines and disks and the folders for files are chosen.
func (o *Options) CheckOptions(options map[string]string) error {
	k := &checker{key: o.key, region: o.key.Location(), config: &o.config, projectID: o.config.Project}
	return k.checkAllPassedThrough("cmekpipe.Options.CheckOptions", options)
}

func (c *checker) checkAllPassedThrough(op string, options map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		c.checkPassedThrough(name, options[name])
	}
	return c.err(op)
}

// checkPassedThrough checks one option that reaches a job outside Config.
func (c *checker) checkPassedThrough(name, value string) {
	switch NormalizeOptionName(name) {
	case "experiments", "additionalexperiments", "dataflowserviceoptions", "serviceoptions":
		for item := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
			c.checkItem(name, strings.Trim(item, "\" \t"))
		}
		return
	}
	o := optionRef{field: name}
	if value == "" {
		return
	}
	faults := len(c.faults)
	placed := c.checkPlace(o, value)
	if len(c.faults) == faults {
		c.checkHiddenOption(o, value)
	}
	if placed || c.checkKeyOption(o, value) {
		return
	}
	c.checkRunnerImage(o, value)
	if f, found := forbiddenPassedThrough(name, value); found {
		c.faults = append(c.faults, f.fault(name, name))
	}
}

// checkItems checks experiments or service options.
func (c *checker) checkItems(field string, items []string) {
	for _, item := range items {
		switch {
		case !isPlain(item):
			c.requirePlain(field, item)
		case strings.Contains(item, ",") || item != strings.TrimSpace(item):
			name, _, _ := strings.Cut(item, "=")
			c.add(InvalidOptions, field, "got white space around, or a comma in, the element that begins with "+quote(name)+
				", want one name in each element", "write each in an element of its own, without white space around it")
		default:
			c.checkItem(field, item)
		}
	}
}

// checkItem checks one experiment or service option, "NAME" or "NAME=VALUE".
func (c *checker) checkItem(field, item string) {
	name, value, _ := strings.Cut(item, "=")
	o := optionRef{field: field, item: name}
	faults := len(c.faults)
	if c.checkPlace(o, value); len(c.faults) > faults || c.checkKeyOption(o, value) {
		return
	}
	c.checkHiddenItem(o, value)
	c.checkRunnerImage(o, value)
	if f, found := forbiddenItem(name, value); found {
		c.faults = append(c.faults, f.fault(field, name))
	}
}

// checkPlace reports whether an option says where workers run, and requires the key's region.
func (c *checker) checkPlace(o optionRef, value string) bool {
	switch NormalizeOptionName(o.name()) {
	case "region", "workerregion":
		c.checkRegion(o, value)
	case "zone", "workerzone":
		c.checkZone(o, value)
	case "subnetwork":
		c.checkSubnetwork(o, value)
	default:
		return false
	}
	return true
}
