package cmekpipe

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Workers describes the worker pool of a job, with the fields of [Config] of the same names. The zero value of a field
// leaves the choice to Dataflow.
type Workers struct {
	NumWorkers, MaxNumWorkers      int64
	WorkerHarnessThreads           int64
	MachineType, MinCPUPlatform    string
	DiskSizeGB                     int64
	DiskType                       string
	DiskProvisionedIOPS            int64
	DiskProvisionedThroughputMiBps int64
	AutoscalingAlgorithm           AutoscalingAlgorithm
	TeardownPolicy                 TeardownPolicy
	FlexRSGoal                     FlexRSGoal
	ServiceAccountEmail            string
	Network, Subnetwork            string
	NoPublicIPs                    bool
	WorkerRegion, WorkerZone, Zone string
}

// Workers returns the options of the worker pool.
func (o *Options) Workers() Workers {
	c := &o.config
	return Workers{
		NumWorkers: c.NumWorkers, MaxNumWorkers: c.MaxNumWorkers, WorkerHarnessThreads: c.WorkerHarnessThreads,
		MachineType: c.MachineType, MinCPUPlatform: c.MinCPUPlatform,
		DiskSizeGB: c.DiskSizeGB, DiskType: c.DiskType,
		DiskProvisionedIOPS: c.DiskProvisionedIOPS, DiskProvisionedThroughputMiBps: c.DiskProvisionedThroughputMiBps,
		AutoscalingAlgorithm: AutoscalingAlgorithm(c.AutoscalingAlgorithm),
		TeardownPolicy:       TeardownPolicy(c.TeardownPolicy), FlexRSGoal: FlexRSGoal(c.FlexRSGoal),
		ServiceAccountEmail: c.ServiceAccountEmail, Network: c.Network, Subnetwork: c.Subnetwork, NoPublicIPs: c.NoPublicIPs,
		WorkerRegion: c.WorkerRegion, WorkerZone: c.WorkerZone, Zone: c.Zone,
	}
}

// Environment describes what the workers run: the program, its container and the resources it needs.
type Environment struct {
	// WorkerBinary is the path of a worker built for linux; "" if a launch is to build it.
	WorkerBinary string
	// SDKContainerImage replaces Beam's own worker image if it is set.
	SDKContainerImage string
	// SDKContainerImageOverrides maps regular expressions of images to the images to use instead.
	SDKContainerImageOverrides map[string]string
	// Type is where workers run; "" if Beam's flags decide, as they do for a runner that uses a job service.
	Type EnvironmentType
	// ResourceHints apply to the whole pipeline.
	ResourceHints []string
	// ElementProcessingTimeout limits the time for one element; 0 is no limit.
	ElementProcessingTimeout time.Duration
}

// Environment returns the options of the workers' environment. It shares nothing with o.
func (o *Options) Environment() Environment {
	c := &o.config
	return Environment{
		WorkerBinary: c.WorkerBinary, SDKContainerImage: c.SDKContainerImage,
		SDKContainerImageOverrides: maps.Clone(c.SDKContainerImageOverrides),
		Type:                       cmp.Or(EnvironmentType(c.EnvironmentType), o.runner.environmentType()),
		ResourceHints:              slices.Clone(c.ResourceHints), ElementProcessingTimeout: c.ElementProcessingTimeout,
	}
}
