package cmekpipe

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// hiddenOption is an option of [Config] that decides where data goes, under the names that it has in other places: as an experiment,
// a service option, or an option of another SDK's program. There it would have no effect, or one that contradicts the option.
type hiddenOption struct {
	// names are normalized, see [NormalizeOptionName].
	names []string
	// field is the option.
	field string
	// value is its value, normalized as read does.
	value func(*Config) string
	// read normalizes a value that is given under a name; nil if any text is its own form.
	read func(name, value string) string
}

// hiddenOptions are the options that decide where workers run, what they run, as whom, and where they write. Region, zone and key
// are checked by checkPlace and checkKeyOption.
func hiddenOptions() []hiddenOption {
	return []hiddenOption{
		{names: []string{"network"}, field: "network", value: func(c *Config) string { return c.Network }},
		{names: []string{"subnetwork"}, field: "subnetwork", value: func(c *Config) string { return withScheme(c.Subnetwork) },
			read: func(_, value string) string { return withScheme(value) }},
		{names: []string{"nousepublicips", "usepublicips"}, field: "no_use_public_ips",
			value: func(c *Config) string { return strconv.FormatBool(c.NoPublicIPs) }, read: readPrivate},
		{names: []string{"serviceaccountemail", "serviceaccount"}, field: "service_account_email",
			value: func(c *Config) string { return c.ServiceAccountEmail }},
		{names: []string{"sdkcontainerimage", "workerharnesscontainerimage"}, field: "sdk_container_image",
			value: func(c *Config) string { return c.SDKContainerImage }},
		{names: []string{"workermachinetype", "machinetype"}, field: "worker_machine_type",
			value: func(c *Config) string { return c.MachineType }},
		{names: []string{"workerdisktype", "disktype"}, field: "disk_type", value: func(c *Config) string { return c.DiskType }},
		{names: []string{"templocation", "gcptemplocation"}, field: "temp_location",
			value: func(c *Config) string { return folderText(c.TempLocation) }, read: readFolder},
		{names: []string{"staginglocation"}, field: "staging_location",
			value: func(c *Config) string { return folderText(c.StagingLocation) }, read: readFolder},
	}
}

func folderText(url string) string { return strings.TrimRight(url, "/") }

func readFolder(_, value string) string { return folderText(value) }

// readPrivate reads an option on public addresses, which is true without a value, as no_use_public_ips.
func readPrivate(name, value string) string {
	set, err := strconv.ParseBool(cmp.Or(value, "true"))
	if err != nil {
		return value
	}
	return strconv.FormatBool(set == (name == "nousepublicips"))
}

// checkHiddenItem requires that an experiment or service option with the name of another option repeats it, since Dataflow documents
// no such experiment: the option would be missing or contradicted.
func (c *checker) checkHiddenItem(o optionRef, value string) {
	h, given, found := hiddenOptionOf(o.name(), value)
	if !found || c.config == nil || given == h.value(c.config) {
		return
	}
	advice := o.leaveOut(value)
	if have := h.value(c.config); have == "" || h.field == "no_use_public_ips" {
		advice = "set " + h.field + " to " + visible(clip(given, 300)) + " and " + advice
	}
	c.add(InvalidOptions, o.field, "got "+quote(o.name())+" that differs from option "+h.field+h.shown(c.config)+", which is what Dataflow uses", advice)
}

// checkHiddenOption requires that an option of another SDK's program does not contradict an option that is set.
func (c *checker) checkHiddenOption(o optionRef, value string) {
	h, given, found := hiddenOptionOf(o.name(), value)
	if !found || c.config == nil || given == h.value(c.config) {
		return
	}
	if have := h.value(c.config); have == "" || have == "false" {
		return // the program decides
	}
	c.add(InvalidOptions, o.field, "got "+quote(o.name())+" that contradicts option "+h.field+h.shown(c.config), o.leaveOut(value))
}

// shown is an option's value in a message.
func (h hiddenOption) shown(c *Config) string {
	if value := h.value(c); value != "" {
		return " (" + quote(value) + ")"
	}
	return " (not set)"
}

// hiddenOptionOf returns the option of a name in any spelling, and the value that it is given.
func hiddenOptionOf(name, value string) (h hiddenOption, given string, found bool) {
	name = NormalizeOptionName(name)
	all := hiddenOptions()
	i := slices.IndexFunc(all, func(h hiddenOption) bool { return slices.Contains(h.names, name) })
	if i < 0 {
		return h, "", false
	}
	if all[i].read != nil {
		value = all[i].read(name, value)
	}
	return all[i], value, true
}

// checkRunnerImage refuses another image than Google's for Dataflow's own process on workers, which reads and writes all state.
// Source: apiclient.py of Beam's SDK for Python, which names Google's image so up to version 2.32.
func (c *checker) checkRunnerImage(o optionRef, value string) {
	if NormalizeOptionName(o.name()) == "runnerharnesscontainerimage" && !strings.HasPrefix(value, "gcr.io/cloud-dataflow/") {
		c.add(Unsupported, o.field, "got "+quote(o.name())+", which replaces Dataflow's own process on workers by an image whose use of the key is unverified",
			o.leaveOut(value))
	}
}
