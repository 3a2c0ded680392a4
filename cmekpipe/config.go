package cmekpipe

import "time"

// Config holds every job option as plain text, the way flags and files bring them. [FromConfig] checks all of it at
// once. Programs whose key is known when they are written use [For] instead and let the compiler check.
//
// The zero value of a field leaves the choice to Dataflow, except where its comment says otherwise.
type Config struct {
	// Runner is "prism", "direct" or "dataflow"; or "flink", "spark" or "universal", which Beam's own flags configure.
	// Default: "prism", as in Beam, so that nothing leaves the machine unasked.
	Runner string
	// Key is the full name of the CryptoKey. Required. Its location is the job's region.
	Key string
	// Project is the id of the project that runs the job. Required.
	Project string
	// Region repeats the key's location. Default: the key's location. Any other region is refused.
	Region string
	// TempLocation is a gs:// URL for temporary files, in the job's region. Required: Dataflow makes no default path
	// when a key is used. It never defaults to StagingLocation.
	TempLocation string
	// StagingLocation is a gs:// URL for the worker binary and the pipeline. Default: TempLocation + "/staging".
	StagingLocation string

	// JobName is unique among running jobs. Default: made up at launch.
	JobName string
	// Labels of the job. They are job metadata, which no customer key protects.
	Labels map[string]string
	// Update replaces the running streaming job of the name JobName, which is then required, instead of starting another.
	Update bool
	// TransformNameMapping names, by the full names of transforms in the running job, what they are called in the new
	// one; "" stands for a transform that is gone. It takes Update.
	TransformNameMapping map[string]string
	// TemplateLocation is a gs:// URL of an object. A launch then stages a classic template there and submits no job.
	TemplateLocation string
	// DryRun makes a launch stop at its plan: nothing is staged and no job submitted.
	DryRun bool
	// Async returns from a launch when the job is submitted and its key verified, without waiting for its end.
	Async bool
	// SDKVersion of Beam that builds the job, "2.40.0" or newer. Default: the version linked in.
	SDKVersion string
	// WorkerBinary is the path of a worker built for linux. Default: the program is built again with the go command.
	WorkerBinary string
	// SDKContainerImage replaces Beam's own worker image.
	SDKContainerImage string
	// SDKContainerImageOverrides replaces the image of each environment, those of other SDKs included, that a regular
	// expression on the left matches by the image on the right.
	SDKContainerImageOverrides map[string]string
	// EnvironmentType is where workers run: "DOCKER" on Dataflow, "LOOPBACK" on the other runners, which is the default.
	EnvironmentType string
	// ResourceHints hold for the whole pipeline: "min_ram=12GB", "cpu_count=4", "accelerator=type:nvidia-l4;count:1", or
	// any that begins with "beam:resources:".
	ResourceHints []string
	// ElementProcessingTimeout ends a worker process that takes longer for one element; 0 waits forever.
	ElementProcessingTimeout time.Duration

	// ServiceAccountEmail is the account that workers run as.
	ServiceAccountEmail string
	// Network and Subnetwork of the workers. A subnetwork must be in the job's region.
	Network, Subnetwork string
	// NoPublicIPs gives the workers no external addresses.
	NoPublicIPs bool

	// NumWorkers and MaxNumWorkers count virtual machines; 0 leaves the count to Dataflow.
	NumWorkers, MaxNumWorkers int64
	// WorkerHarnessThreads counts threads per worker process.
	WorkerHarnessThreads int64
	// MachineType of the workers, such as "n2-standard-4".
	MachineType string
	// MinCPUPlatform of the workers, such as "Intel Ice Lake".
	MinCPUPlatform string
	// DiskSizeGB is the size of a worker's root disk in gigabytes.
	DiskSizeGB int64
	// DiskType of the workers.
	DiskType string
	// DiskProvisionedIOPS and DiskProvisionedThroughputMiBps of a worker's disk.
	DiskProvisionedIOPS, DiskProvisionedThroughputMiBps int64
	// AutoscalingAlgorithm is "NONE" or "THROUGHPUT_BASED".
	AutoscalingAlgorithm string
	// TeardownPolicy is "TEARDOWN_ALWAYS", "TEARDOWN_ON_SUCCESS" or "TEARDOWN_NEVER", which leaves the workers and their
	// disks, under the key, when the job ends. Google calls it internal.
	TeardownPolicy string
	// FlexRSGoal is "FLEXRS_UNSPECIFIED", "FLEXRS_SPEED_OPTIMIZED" or "FLEXRS_COST_OPTIMIZED".
	FlexRSGoal string

	// WorkerRegion, WorkerZone and Zone move the workers. They must stay inside the job's region; at most one is set.
	WorkerRegion, WorkerZone, Zone string
	// Experiments and ServiceOptions are passed to Dataflow as they are, each an element of its own. Those that take
	// data out of the key's reach are refused; file forbidden.go lists them.
	Experiments, ServiceOptions []string
}
