package template

import (
	"maps"
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// runtimeEnvironment carries every option that a classic template takes. The key always stands in it: the job of a launch
// that names none may have none.
func runtimeEnvironment(c cmekpipe.Config, labels map[string]string, options []string) *api.RuntimeEnvironment {
	return &api.RuntimeEnvironment{
		KmsKeyName:                c.Key,
		TempLocation:              c.TempLocation,
		ServiceAccountEmail:       c.ServiceAccountEmail,
		Network:                   c.Network,
		Subnetwork:                c.Subnetwork,
		IpConfiguration:           addresses(c),
		MachineType:               c.MachineType,
		NumWorkers:                c.NumWorkers,
		MaxWorkers:                c.MaxNumWorkers,
		DiskSizeGb:                c.DiskSizeGB,
		WorkerRegion:              c.WorkerRegion,
		WorkerZone:                c.WorkerZone,
		Zone:                      c.Zone,
		AdditionalExperiments:     experiments(c),
		AdditionalPipelineOptions: options,
		AdditionalUserLabels:      labels,
	}
}

// flexEnvironment carries every option that a Flex Template takes. Temporary and staging folder always stand in it, without
// which Dataflow makes a bucket of its own.
func flexEnvironment(c cmekpipe.Config, labels map[string]string, options []string) *api.FlexTemplateRuntimeEnvironment {
	return &api.FlexTemplateRuntimeEnvironment{
		KmsKeyName:                c.Key,
		TempLocation:              c.TempLocation,
		StagingLocation:           c.StagingLocation,
		ServiceAccountEmail:       c.ServiceAccountEmail,
		Network:                   c.Network,
		Subnetwork:                c.Subnetwork,
		IpConfiguration:           addresses(c),
		MachineType:               c.MachineType,
		NumWorkers:                c.NumWorkers,
		MaxWorkers:                c.MaxNumWorkers,
		DiskSizeGb:                c.DiskSizeGB,
		AutoscalingAlgorithm:      algorithm(c),
		FlexrsGoal:                c.FlexRSGoal,
		SdkContainerImage:         c.SDKContainerImage,
		WorkerRegion:              c.WorkerRegion,
		WorkerZone:                c.WorkerZone,
		Zone:                      c.Zone,
		AdditionalExperiments:     experiments(c),
		AdditionalPipelineOptions: options,
		AdditionalUserLabels:      labels,
	}
}

// labelled adds the label by which the job is found again.
func labelled(c cmekpipe.Config, request string) map[string]string {
	labels := maps.Clone(c.Labels)
	if labels == nil {
		labels = make(map[string]string)
	}
	labels[jobs.RequestLabel] = request
	return labels
}

func addresses(c cmekpipe.Config) string {
	if c.NoPublicIPs {
		return "WORKER_IP_PRIVATE"
	}
	return ""
}

// algorithm spells the algorithm as the API does.
func algorithm(c cmekpipe.Config) string {
	switch c.AutoscalingAlgorithm {
	case "NONE":
		return "AUTOSCALING_ALGORITHM_NONE"
	case "THROUGHPUT_BASED":
		return "AUTOSCALING_ALGORITHM_BASIC"
	}
	return ""
}

// experiments are experiments and service options, which templates have in one list.
// Source: https://docs.cloud.google.com/dataflow/docs/reference/service-options.
func experiments(c cmekpipe.Config) []string {
	return session.Experiments(c, slices.Concat(c.Experiments, c.ServiceOptions))
}
