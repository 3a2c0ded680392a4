package template

import "github.com/cmekpipe/cmekpipe-go/cmekpipe"

// option is an option that may be set, by the name of Beam's flag for it.
type option struct {
	flag string
	set  bool
}

// staged are the options that belong to the pipeline or its workers' disks, and that a template of either kind has from
// its own staging. Source: fields of the Dataflow API's RuntimeEnvironment and FlexTemplateRuntimeEnvironment, among which
// none holds them.
func staged(opts *cmekpipe.Options) []option {
	workers, environment := opts.Workers(), opts.Environment()
	return []option{
		{"template_location", opts.TemplateLocation().Valid()},
		{"strict", opts.Strict()}, // the pipeline is inspected when the template is staged
		{"sdk_version", opts.SDKVersion() != ""},
		{"worker_binary", environment.WorkerBinary != ""},
		{"sdk_harness_container_image_override", len(environment.SDKContainerImageOverrides) > 0},
		{"resource_hints", len(environment.ResourceHints) > 0},
		{"element_processing_timeout", environment.ElementProcessingTimeout != 0},
		{"number_of_worker_harness_threads", workers.WorkerHarnessThreads != 0},
		{"disk_type", workers.DiskType != ""},
		{"disk_provisioned_iops", workers.DiskProvisionedIOPS != 0},
		{"disk_provisioned_throughput_mibps", workers.DiskProvisionedThroughputMiBps != 0},
		{"teardown_policy", workers.TeardownPolicy != ""},
	}
}

// stagedClassic adds the options that only a FlexTemplateRuntimeEnvironment has a field for.
func stagedClassic(opts *cmekpipe.Options) []option {
	workers := opts.Workers()
	return append(staged(opts),
		option{"sdk_container_image", opts.Environment().SDKContainerImage != ""},
		option{"autoscaling_algorithm", workers.AutoscalingAlgorithm != ""},
		option{"flexrs_goal", workers.FlexRSGoal != ""})
}
