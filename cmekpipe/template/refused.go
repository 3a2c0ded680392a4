package template

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// option is an option that may be set, by the name of Beam's flag for it.
type option struct {
	flag string
	set  bool
}

// staged are the options that belong to the pipeline or its workers' disks, and that a template of either kind has from
// its own staging. Source: fields of the Dataflow API's RuntimeEnvironment and FlexTemplateRuntimeEnvironment, among which
// none stands for them.
func staged(c cmekpipe.Config) []option {
	return []option{
		{"template_location", c.TemplateLocation != ""},
		{"sdk_version", c.SDKVersion != ""},
		{"worker_binary", c.WorkerBinary != ""},
		{"sdk_harness_container_image_override", len(c.SDKContainerImageOverrides) > 0},
		{"resource_hints", len(c.ResourceHints) > 0},
		{"element_processing_timeout", c.ElementProcessingTimeout != 0},
		{"number_of_worker_harness_threads", c.WorkerHarnessThreads != 0},
		{"disk_type", c.DiskType != ""},
		{"disk_provisioned_iops", c.DiskProvisionedIOPS != 0},
		{"disk_provisioned_throughput_mibps", c.DiskProvisionedThroughputMiBps != 0},
		{"teardown_policy", c.TeardownPolicy != ""},
	}
}

// stagedClassic are those beside, for which a FlexTemplateRuntimeEnvironment alone has a field.
func stagedClassic(c cmekpipe.Config) []option {
	return append(staged(c),
		option{"sdk_container_image", c.SDKContainerImage != ""},
		option{"autoscaling_algorithm", c.AutoscalingAlgorithm != ""},
		option{"flexrs_goal", c.FlexRSGoal != ""})
}
