package template

import (
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// runtimeEnvironment holds every option that a classic template accepts. It always names the key: the job of a launch
// that names none may have none.
func runtimeEnvironment(opts *cmekpipe.Options, labels map[string]string, options []string) *api.RuntimeEnvironment {
	workers := opts.Workers()
	return &api.RuntimeEnvironment{
		KmsKeyName:                opts.Key().String(),
		TempLocation:              opts.TempLocation().String(),
		ServiceAccountEmail:       workers.ServiceAccountEmail,
		Network:                   workers.Network,
		Subnetwork:                workers.Subnetwork,
		IpConfiguration:           addresses(workers),
		MachineType:               workers.MachineType,
		NumWorkers:                workers.NumWorkers,
		MaxWorkers:                workers.MaxNumWorkers,
		DiskSizeGb:                workers.DiskSizeGB,
		WorkerRegion:              workers.WorkerRegion,
		WorkerZone:                workers.WorkerZone,
		Zone:                      workers.Zone,
		AdditionalExperiments:     experiments(opts),
		AdditionalPipelineOptions: options,
		AdditionalUserLabels:      labels,
	}
}

// flexEnvironment holds every option that a Flex Template accepts. It always names the temporary and the staging folder:
// without them Dataflow creates a bucket.
func flexEnvironment(opts *cmekpipe.Options, labels map[string]string, options []string) *api.FlexTemplateRuntimeEnvironment {
	workers := opts.Workers()
	return &api.FlexTemplateRuntimeEnvironment{
		KmsKeyName:                opts.Key().String(),
		TempLocation:              opts.TempLocation().String(),
		StagingLocation:           opts.StagingLocation().String(),
		ServiceAccountEmail:       workers.ServiceAccountEmail,
		Network:                   workers.Network,
		Subnetwork:                workers.Subnetwork,
		IpConfiguration:           addresses(workers),
		MachineType:               workers.MachineType,
		NumWorkers:                workers.NumWorkers,
		MaxWorkers:                workers.MaxNumWorkers,
		DiskSizeGb:                workers.DiskSizeGB,
		AutoscalingAlgorithm:      algorithm(workers.AutoscalingAlgorithm),
		FlexrsGoal:                string(workers.FlexRSGoal),
		SdkContainerImage:         opts.Environment().SDKContainerImage,
		WorkerRegion:              workers.WorkerRegion,
		WorkerZone:                workers.WorkerZone,
		Zone:                      workers.Zone,
		AdditionalExperiments:     experiments(opts),
		AdditionalPipelineOptions: options,
		AdditionalUserLabels:      labels,
	}
}

// labelled adds the label by which the job is found again.
func labelled(opts *cmekpipe.Options, request string) map[string]string {
	labels := opts.Labels()
	if labels == nil {
		labels = make(map[string]string)
	}
	labels[jobs.RequestLabel] = jobs.Label(request, opts.Key())
	return labels
}

func addresses(w cmekpipe.Workers) string {
	if w.NoPublicIPs {
		return "WORKER_IP_PRIVATE"
	}
	return ""
}

// algorithm spells the algorithm as the API does.
func algorithm(a cmekpipe.AutoscalingAlgorithm) string {
	switch a {
	case cmekpipe.AutoscalingNone:
		return "AUTOSCALING_ALGORITHM_NONE"
	case cmekpipe.AutoscalingThroughputBased:
		return "AUTOSCALING_ALGORITHM_BASIC"
	}
	return ""
}

// experiments are experiments and service options, which templates have in one list.
// Source: https://docs.cloud.google.com/dataflow/docs/reference/service-options.
func experiments(opts *cmekpipe.Options) []string {
	return session.Experiments(opts, slices.Concat(opts.Experiments(), opts.ServiceOptions()))
}
