package cmekpipe

import "slices"

// strictFlag is a flag that only this module has.
const strictFlag = "cmek_strict"

// flagTable returns the flags that [FromFlags] reads, under Beam's own names.
func flagTable() []option { return slices.Concat(jobOptions(), workerOptions()) }

// jobOptions are the flags of the job and of its launch.
func jobOptions() []option {
	return []option{
		text("runner", "prism, direct, dataflow, or flink, spark or universal", func(c *Config) *string { return &c.Runner }),
		text("dataflow_kms_key", "full name of the CryptoKey that encrypts the job's data",
			func(c *Config) *string { return &c.Key }),
		text("project", "id of the project that runs the job", func(c *Config) *string { return &c.Project }),
		text("region", "region of the job; must be the key's location", func(c *Config) *string { return &c.Region }),
		text("temp_location", "gs:// URL of a folder for temporary files", func(c *Config) *string { return &c.TempLocation }),
		text("staging_location", "gs:// URL of a folder for staged files", func(c *Config) *string { return &c.StagingLocation }),
		text("job_name", "name of the job", func(c *Config) *string { return &c.JobName }),
		object("labels", "labels of the job as a JSON object", `{"team":"risk"}`,
			func(c *Config) *map[string]string { return &c.Labels }),
		yes("update", "replace the running job of the same name", func(c *Config) *bool { return &c.Update }),
		object("transform_name_mapping", "JSON object that maps old names of transforms to new ones, for update",
			`{"Old/Name":"New/Name"}`, func(c *Config) *map[string]string { return &c.TransformNameMapping }),
		text("template_location", "gs:// URL to stage a classic template at instead of submitting the job",
			func(c *Config) *string { return &c.TemplateLocation }),
		yes("dry_run", "plan the launch, then stop", func(c *Config) *bool { return &c.DryRun }),
		yes(strictFlag, "refuse code that is not inspected and services outside Cloud KMS, unless cmek_reviewed names them",
			func(c *Config) *bool { return &c.Strict }),
		{name: "cmek_reviewed", kind: repeated, set: addReviewed,
			usage: "identity of code, or of a service, that a person has reviewed; may be repeated"},
		yes("async", "return once the job is submitted", func(c *Config) *bool { return &c.Async }),
		yes("execute_async", "same as async", func(c *Config) *bool { return &c.Async }),
		list("experiments", "experiments, comma separated", func(c *Config) *[]string { return &c.Experiments }),
		list("dataflow_service_options", "service options, comma separated",
			func(c *Config) *[]string { return &c.ServiceOptions }),
	}
}

// workerOptions are the flags of the workers and of what they run.
func workerOptions() []option {
	return []option{
		text("worker_binary", "path of a worker built for linux", func(c *Config) *string { return &c.WorkerBinary }),
		text("sdk_container_image", "worker image", func(c *Config) *string { return &c.SDKContainerImage }),
		text("worker_harness_container_image", "old name of sdk_container_image",
			func(c *Config) *string { return &c.SDKContainerImage }),
		text("environment_config", "worker image; Beam's name for it with other runners",
			func(c *Config) *string { return &c.SDKContainerImage }),
		text("environment_type", "DOCKER on Dataflow, LOOPBACK elsewhere", func(c *Config) *string { return &c.EnvironmentType }),
		{name: "sdk_harness_container_image_override", kind: repeated, set: setOverride,
			usage: "regular expression of images and the image to use instead; may be repeated"},
		{name: "resource_hints", kind: repeated, set: addResourceHint,
			usage: "hint for the whole pipeline such as min_ram=12GB; may be repeated"},
		{name: "element_processing_timeout", usage: "maximum time for one element", set: setTimeout},
		text("service_account_email", "account that workers run as",
			func(c *Config) *string { return &c.ServiceAccountEmail }),
		text("network", "network of the workers", func(c *Config) *string { return &c.Network }),
		text("subnetwork", "subnetwork of the workers", func(c *Config) *string { return &c.Subnetwork }),
		yes("no_use_public_ips", "give workers no external addresses", func(c *Config) *bool { return &c.NoPublicIPs }),
		{name: "use_public_ips", usage: "give workers external addresses", kind: boolean, set: setPublicIPs},
		number("num_workers", "number of workers to start with", "3", func(c *Config) *int64 { return &c.NumWorkers }),
		number("max_num_workers", "maximum number of workers", "20", func(c *Config) *int64 { return &c.MaxNumWorkers }),
		number("number_of_worker_harness_threads", "threads per worker", "12",
			func(c *Config) *int64 { return &c.WorkerHarnessThreads }),
		text("worker_machine_type", "machine type of the workers", func(c *Config) *string { return &c.MachineType }),
		text("machine_type", "same as worker_machine_type", func(c *Config) *string { return &c.MachineType }),
		text("min_cpu_platform", "minimum CPU platform of the workers", func(c *Config) *string { return &c.MinCPUPlatform }),
		number("disk_size_gb", "size of a worker's root disk in gigabytes", "50", func(c *Config) *int64 { return &c.DiskSizeGB }),
		text("disk_type", "type of a worker's root disk", func(c *Config) *string { return &c.DiskType }),
		number("disk_provisioned_iops", "provisioned IOPS of a worker's disk", "3000", func(c *Config) *int64 { return &c.DiskProvisionedIOPS }),
		number("disk_provisioned_throughput_mibps", "provisioned throughput of a worker's disk in MiB/s", "140",
			func(c *Config) *int64 { return &c.DiskProvisionedThroughputMiBps }),
		text("autoscaling_algorithm", "NONE or THROUGHPUT_BASED", func(c *Config) *string { return &c.AutoscalingAlgorithm }),
		text("teardown_policy", "when workers are removed", func(c *Config) *string { return &c.TeardownPolicy }),
		text("flexrs_goal", "goal of flexible resource scheduling", func(c *Config) *string { return &c.FlexRSGoal }),
		text("worker_region", "region of the workers; must be the job's region", func(c *Config) *string { return &c.WorkerRegion }),
		text("worker_zone", "zone of the workers", func(c *Config) *string { return &c.WorkerZone }),
		text("zone", "old name of worker_zone", func(c *Config) *string { return &c.Zone }),
	}
}
