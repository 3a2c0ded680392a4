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
	for _, name := range slices.Sorted(maps.Keys(options)) {
		k.checkPassedThrough(name, options[name])
	}
	return k.err("cmekpipe.CheckOptions")
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
	if value == "" || c.checkPlace(o, value) || c.checkKeyOption(o, value) {
		return
	}
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
	if c.checkPlace(o, value) || c.checkKeyOption(o, value) {
		return
	}
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
