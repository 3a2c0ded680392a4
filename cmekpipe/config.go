package cmekpipe

import "time"

// Config holds every job option as plain text, as flags and files provide it. [FromConfig] checks all of it at once. If
// the key is known when the program is written, use [For] instead and let the compiler check.
//
// The zero value of a field leaves the choice to Dataflow, unless its comment says otherwise.
type Config struct {
	// Runner is a [Runner], or another of its names. Default: "prism", as in Beam, so that nothing leaves the machine unless
	// it is asked for.
	Runner string
	// Key is the full name of the CryptoKey. Required. Its location is the job's region. Name its project by id: a name with
	// a project number is accepted, but is not equal to the name with the project's id (see [KeyName]).
	Key string
	// Project is the id of the project that runs the job. Required.
	Project string
	// Region repeats the key's location. Default: the key's location. Any other region is refused. It is required if this
	// module does not know the key's region, so that a misspelt region is found.
	Region string
	// TempLocation is the gs:// URL of a folder for temporary files, in the job's region. Default, as in Beam:
	// StagingLocation + "/tmp". One of the two is required: Dataflow chooses none for a job with a key.
	TempLocation string
	// StagingLocation is the gs:// URL of a folder for the worker binary and the pipeline. Default: TempLocation +
	// "/staging".
	StagingLocation string

	// JobName is unique among running jobs. Default: the launch chooses one.
	JobName string
	// Labels of the job. They are job metadata, which a customer-managed key does not encrypt.
	Labels map[string]string
	// Update replaces the running streaming job of the name JobName, which is then required, instead of starting another.
	Update bool
	// TransformNameMapping maps the full names of transforms in the running job to their names in the new one; "" means that
	// the transform was removed. Requires Update.
	TransformNameMapping map[string]string
	// TemplateLocation is the gs:// URL of an object. If it is set, a launch stages a classic template there and submits no
	// job.
	TemplateLocation string
	// DryRun makes a launch stop at its plan: nothing is staged and no job submitted.
	DryRun bool
	// Strict makes a launch refuse code that package guard does not inspect, such as the program's own DoFns, and services
	// outside Cloud KMS, unless Reviewed names them.
	Strict bool
	// Reviewed are the exact identities of code and services that a person has reviewed for a strict launch. The error of a
	// launch that is refused lists the entries that are missing. Requires Strict.
	Reviewed []string
	// Async makes a launch return once the job is submitted and its key verified, without waiting for its end.
	Async bool
	// SDKVersion is the version of Beam that must be linked in, "2.40.0" or newer. Default: any supported version.
	SDKVersion string
	// WorkerBinary is the path of a worker built for linux. Default: the program is built again with the go command.
	WorkerBinary string
	// SDKContainerImage replaces Beam's own worker image.
	SDKContainerImage string
	// SDKContainerImageOverrides maps regular expressions to images. Each environment whose image matches an expression,
	// including those of other SDKs, uses the image on the right instead.
	SDKContainerImageOverrides map[string]string
	// EnvironmentType is an [EnvironmentType], where workers run. Default: "DOCKER" on Dataflow, "LOOPBACK" on Prism and the
	// direct runner, which accept no other; Beam's own for the other runners.
	EnvironmentType string
	// ResourceHints apply to the whole pipeline: "min_ram=12GB", "cpu_count=4", "accelerator=type:nvidia-l4;count:1", or
	// any that begins with "beam:resources:".
	ResourceHints []string
	// ElementProcessingTimeout ends a worker process that needs more time for one element; 0 waits forever.
	ElementProcessingTimeout time.Duration

	// ServiceAccountEmail is the account that workers run as.
	ServiceAccountEmail string
	// Network and Subnetwork of the workers. A subnetwork must be in the job's region: "regions/REGION/subnetworks/NAME" or
	// the complete URL.
	Network, Subnetwork string
	// NoPublicIPs gives the workers no external addresses.
	NoPublicIPs bool

	// NumWorkers and MaxNumWorkers are numbers of virtual machines; 0 leaves the number to Dataflow.
	NumWorkers, MaxNumWorkers int64
	// WorkerHarnessThreads is the number of threads per worker process.
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
	// AutoscalingAlgorithm is an [AutoscalingAlgorithm].
	AutoscalingAlgorithm string
	// TeardownPolicy is a [TeardownPolicy]. Google calls the option internal.
	TeardownPolicy string
	// FlexRSGoal is a [FlexRSGoal].
	FlexRSGoal string

	// WorkerRegion, WorkerZone and Zone place the workers. They must be in the job's region; at most one may be set.
	WorkerRegion, WorkerZone, Zone string
	// Experiments and ServiceOptions are passed to Dataflow unchanged, each an element of its own. Those of
	// [ForbiddenOptions] are refused, and so is one with the name of an option above, such as "network=N", unless it repeats the
	// option.
	Experiments, ServiceOptions []string
}
