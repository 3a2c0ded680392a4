package cmekpipe

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// environmentType is where workers run on a runner.
func environmentType(runner string) string {
	switch runner {
	case "dataflow", "DataflowRunner":
		return "DOCKER"
	}
	return "LOOPBACK"
}

// environment holds what the workers run in.
func (c *checker) environment(cfg Config) {
	c.overrides(cfg.SDKContainerImageOverrides)
	c.environmentType(cfg.Runner, cfg.EnvironmentType)
	for _, hint := range cfg.ResourceHints {
		c.resourceHint(hint)
	}
	if cfg.ElementProcessingTimeout < 0 {
		c.add(InvalidOptions, "element_processing_timeout", "got "+cfg.ElementProcessingTimeout.String()+", want 0 or more",
			"use 0 to wait forever")
	}
}

func (c *checker) overrides(images map[string]string) {
	const field = "sdk_harness_container_image_override"
	for _, pattern := range slices.Sorted(maps.Keys(images)) {
		c.plain(field, images[pattern])
		if _, err := regexp.Compile(pattern); err != nil || pattern == "" || images[pattern] == "" {
			c.add(InvalidOptions, field, "got "+quote(pattern)+" for "+quote(images[pattern])+", want a regular expression and an image",
				`use one such as ".*java.*,gcr.io/PROJECT/IMAGE@sha256:DIGEST"`)
		}
	}
}

// environmentType lets workers run only where their disks are known to be under the key, or on this machine.
func (c *checker) environmentType(runner, kind string) {
	const field = "environment_type"
	if slices.Contains(portableRunners(), runner) {
		c.oneOf(field, strings.ToUpper(kind), "DOCKER", "LOOPBACK", "PROCESS", "EXTERNAL")
		return
	}
	want := environmentType(runner)
	switch given := strings.ToUpper(kind); {
	case given == "" || given == want:
	case want == "DOCKER" && slices.Contains([]string{"LOOPBACK", "EXTERNAL", "PROCESS"}, given):
		c.add(Unsupported, field, "got "+quote(kind)+", which runs workers beside the job's own machines, whose disks alone are "+
			"under the key", "leave it out")
	case slices.Contains([]string{"DOCKER", "EXTERNAL", "PROCESS"}, given):
		c.add(Unsupported, field, "got "+quote(kind)+", want "+want+": workers run in the program's own process", "leave it out")
	default:
		c.oneOf(field, kind, "DOCKER", "LOOPBACK")
	}
}

// resourceHint follows Beam's flag resource_hints. Beam panics at what is refused here.
// Source: https://beam.apache.org/documentation/runtime/resource-hints/.
func (c *checker) resourceHint(text string) {
	const field = "resource_hints"
	c.plain(field, text)
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

// isMemory reports whether a text is a size that Beam reads: a number of bytes with an optional unit such as GB or GiB.
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
