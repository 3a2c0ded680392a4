package cmekpipe_test

import (
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func environmentFaults() []singleFault {
	const override, kind, hints = "sdk_harness_container_image_override", "environment_type", "resource_hints"
	faults := []singleFault{
		{"timeout", fields{"element_processing_timeout": "-2s"}, func(c *cmekpipe.Config) { c.ElementProcessingTimeout = -2 * time.Second },
			cmekpipe.InvalidOptions, "element_processing_timeout", "got -2s, want 0 or more"},
		environmentFault("", "DOCKER", cmekpipe.Unsupported, "want LOOPBACK: workers run in the program's own process"),
		environmentFault("direct", "process", cmekpipe.Unsupported, `got "process", want LOOPBACK`),
		environmentFault("dataflow", "LOOPBACK", cmekpipe.Unsupported, "only the disks of those are encrypted with the key"),
		environmentFault("DataflowRunner", "external", cmekpipe.Unsupported, `got "external", which runs workers outside the job's machines`),
		environmentFault("dataflow", "PROCESS", cmekpipe.Unsupported, "only the disks of those are encrypted with the key"),
		environmentFault("dataflow", "vm", cmekpipe.InvalidOptions, `got "vm", want one of the values of environment_type`),
		environmentFault("prism", "vm", cmekpipe.InvalidOptions, `got "vm", want one of the values of environment_type`),
	}
	for pattern, image := range map[string]string{"(": "a", "": "b", "java": ""} {
		faults = append(faults, singleFault{"override " + pattern, fields{override: pattern + "," + image},
			func(c *cmekpipe.Config) { c.SDKContainerImageOverrides = map[string]string{pattern: image} },
			cmekpipe.InvalidOptions, override, "want a regular expression and an image"})
	}
	faults = append(faults, singleFault{"override control", fields{override: "java,a\n"},
		func(c *cmekpipe.Config) { c.SDKContainerImageOverrides = map[string]string{"java": "a\n"} },
		cmekpipe.InvalidOptions, override, "got control characters"})
	for _, hint := range []string{"", "min_ram", "min_ram=", "min_ram=GB", "min_ram=12XB", "min_ram=-1", "min_ram=99999999EB", "min_ram=1.2.3",
		"cpu_count=", "cpu_count=-1", "cpu_count=two", "cpu_count=1.5", "accelerator=", "accelerator", "disk=1GB", "beam:resources:x:v1="} {
		faults = append(faults, singleFault{"hint " + hint, fields{hints: hint}, func(c *cmekpipe.Config) { c.ResourceHints = []string{hint} },
			cmekpipe.InvalidOptions, hints, "want a hint that Beam knows"})
	}
	return append(faults, singleFault{"hint control", fields{hints: "accelerator=a\n"},
		func(c *cmekpipe.Config) { c.ResourceHints = []string{"accelerator=a\n"} }, cmekpipe.InvalidOptions, hints, "got control characters"})
}

func environmentFault(runner, kind string, code cmekpipe.Code, reason string) singleFault {
	return singleFault{runner + " " + kind, fields{"runner": runner, "environment_type": kind}, func(c *cmekpipe.Config) {
		c.Runner, c.EnvironmentType = runner, kind
	}, code, "environment_type", reason}
}

func TestGoodEnvironmentsAreAccepted(t *testing.T) {
	for runner, kind := range map[string]string{"dataflow": "docker", "DataflowRunner": "DOCKER", "prism": "Loopback", "": "loopback", "direct": ""} {
		c := goodConfig()
		c.Runner, c.EnvironmentType = runner, kind
		c.ResourceHints = []string{"min_ram=12GB", "min_ram=1.5 GiB", "min_ram=1024", "min_ram=64kb", "min_ram=2T", "beam:resources:min_ram_bytes:v1=1B",
			"cpu_count=4", "beam:resources:cpu_count:v1=8", "accelerator=type:nvidia-l4;count:1", "beam:resources:future:v1=x"}
		mustOptions(t, c)
	}
}
