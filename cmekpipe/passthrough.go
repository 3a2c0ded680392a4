package cmekpipe

import (
	"maps"
	"slices"
	"strings"
)

// CheckOptions holds options that travel to a job beside those of [Config] against the same rules: entries of
// beam.PipelineOptions, parameters of a template, additional experiments under the name "experiments". Names count in any
// spelling: dataflow_kms_key, dataflowKmsKey, --dataflow-kms-key. An option that names a key must name this one, a place
// must be in the key's region, and what takes data out of the key's reach is refused. Options with other names are the
// program's own, and an empty value is no value.
//
// All faults come back at once, in one [Error] with code [InvalidOptions]; [Faults] lists them, in the order of the names,
// and errors.Is finds the code of each. No error shows a value, but for names of keys and places.
func CheckOptions(key KeyName, options map[string]string) error {
	k := &checker{key: key, region: key.Location()}
	if !key.Valid() {
		k.add(KeyMissing, "dataflow_kms_key", "got no key, want the job's", keyNameForm)
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		k.beside(name, options[name])
	}
	return k.error("cmekpipe.CheckOptions")
}

// beside holds one option that travels beside those of Config.
func (c *checker) beside(name, value string) {
	switch spelling(name) {
	case "experiments", "additionalexperiments", "dataflowserviceoptions", "serviceoptions":
		for item := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
			c.item(name, strings.Trim(item, "\" \t"))
		}
		return
	}
	if value == "" || c.place(name, name, value) || c.sameKey(name, name, value) {
		return
	}
	if f, found := forbiddenBeside(name, value); found {
		c.faults = append(c.faults, f.fault(name, name))
	}
}

// items holds experiments or service options.
func (c *checker) items(field string, items []string) {
	for _, item := range items {
		switch {
		case !isPlain(item):
			c.plain(field, item)
		case strings.Contains(item, ",") || item != strings.TrimSpace(item):
			name, _, _ := strings.Cut(item, "=")
			c.add(InvalidOptions, field, "got white space around, or a comma in, the element that begins with "+quote(name)+
				", want one name in each element", "give each an element of its own, without white space around it")
		default:
			c.item(field, item)
		}
	}
}

// item holds one experiment or service option, "NAME" or "NAME=VALUE".
func (c *checker) item(field, item string) {
	name, value, _ := strings.Cut(item, "=")
	if c.place(field, name, value) || c.sameKey(field, name, value) {
		return
	}
	if f, found := forbiddenItem(name, value); found {
		c.faults = append(c.faults, f.fault(field, name))
	}
}

// place reports whether an option says where workers run, and holds it against the key's region.
func (c *checker) place(field, name, value string) bool {
	switch spelling(name) {
	case "region", "workerregion":
		c.regionIs(field, value)
	case "zone", "workerzone":
		c.zoneIn(field, value)
	case "subnetwork":
		c.subnetwork(field, value)
	default:
		return false
	}
	return true
}

// sameKey reports whether an option names the job's key, as Beam's SDKs, the Dataflow API and templates call it, and
// holds it against the key, by its parts.
func (c *checker) sameKey(field, name, value string) bool {
	switch spelling(name) {
	case "dataflowkmskey", "kmskeyname", "servicekmskeyname", "kmskey":
	default:
		return false
	}
	const hint = "leave it out: dataflow_kms_key is enough"
	other, f := splitKeyName(value)
	switch {
	case value == "":
		c.add(KeyMissing, field, "got "+quote(name)+" without a key, want none or the job's", hint)
	case f.reason != "":
		c.refuse(field, value, fault{f.reason, hint})
	case c.key.Valid() && other != c.key:
		c.add(KeyMismatch, field, "got key "+other.String()+" as "+quote(name)+", want "+c.key.String()+", the job's", hint)
	}
	return true
}
