package cmekpipe

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checkEnvironment checks what the workers run in.
func (c *checker) checkEnvironment(cfg Config) {
	c.checkImageOverrides(cfg.SDKContainerImageOverrides)
	c.checkEnvironmentType(cfg.EnvironmentType)
	for _, hint := range cfg.ResourceHints {
		c.checkResourceHint(hint)
	}
	if cfg.ElementProcessingTimeout < 0 {
		c.add(InvalidOptions, "element_processing_timeout", "got "+cfg.ElementProcessingTimeout.String()+", want 0 or more",
			"set element_processing_timeout to 0 to wait forever")
	}
}

// checkEnvironmentType allows workers only on this machine, or where their disks are known to be encrypted with the key.
func (c *checker) checkEnvironmentType(text string) {
	const field = "environment_type"
	if c.runner.UsesJobService() {
		c.requireOneOf(field, strings.ToUpper(text), texts(environmentTypes())...)
		return
	}
	const hint = "leave out environment_type"
	want := c.runner.environmentType()
	switch given := EnvironmentType(strings.ToUpper(text)); {
	case given == "" || given == want:
	case !slices.Contains(environmentTypes(), given):
		c.requireOneOf(field, text, string(want))
	case want == EnvironmentDocker:
		c.add(Unsupported, field, "got "+quote(text)+", which runs workers outside the job's machines; only the disks of those "+
			"are encrypted with the key", hint)
	default:
		c.add(Unsupported, field, "got "+quote(text)+", want "+string(want)+": workers run in the program's own process", hint)
	}
}

// checkResourceHint checks a value of Beam's flag resource_hints. Beam panics for the values that are refused here.
// Source: https://beam.apache.org/documentation/runtime/resource-hints/.
func (c *checker) checkResourceHint(text string) {
	const field = "resource_hints"
	c.requirePlain(field, text)
	name, value, _ := strings.Cut(text, "=")
	ok := value != ""
	switch name {
	case "min_ram", "beam:resources:min_ram_bytes:v1":
		ok = isMemory(value)
	case "cpu_count", "beam:resources:cpu_count:v1":
		_, err := strconv.ParseUint(value, 10, 32)
		ok = err == nil
	case "accelerator":
	default:
		ok = ok && strings.HasPrefix(name, "beam:resources:")
	}
	if !ok {
		c.add(InvalidOptions, field, "got "+quote(text)+", want a hint that Beam knows",
			"use min_ram=12GB, cpu_count=4, accelerator=TYPE, or beam:resources:NAME:v1=VALUE")
	}
}

// isMemory reports whether a text is a size that Beam accepts: a number of bytes with an optional unit such as GB or GiB.
func isMemory(text string) bool {
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?(?:([kmgtpe])i?)?b?$`).FindStringSubmatch(strings.ToLower(text))
	if parts == nil {
		return false
	}
	size, err := strconv.ParseFloat(parts[1], 64)
	for range strings.Index(" kmgtpe", cmp.Or(parts[2], " ")) {
		size *= 1024
	}
	return err == nil && size < 1<<63
}
