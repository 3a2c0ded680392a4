package translation

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// jobOptions passes every option that Dataflow knows to Beam's translation.
func jobOptions(opts *cmekpipe.Options, streaming bool) *dataflowlib.JobOptions {
	c := opts.Config()
	return &dataflowlib.JobOptions{
		Name:                           session.JobName(opts),
		Experiments:                    experiments(c, streaming),
		DataflowServiceOptions:         c.ServiceOptions,
		Options:                        workerOptions(c),
		Streaming:                      streaming,
		Project:                        c.Project,
		Region:                         c.Region,
		Zone:                           c.Zone,
		KmsKey:                         opts.Key().String(),
		Network:                        c.Network,
		Subnetwork:                     c.Subnetwork,
		NoUsePublicIPs:                 c.NoPublicIPs,
		NumWorkers:                     c.NumWorkers,
		DiskSizeGb:                     c.DiskSizeGB,
		DiskType:                       c.DiskType,
		DiskProvisionedIops:            c.DiskProvisionedIOPS,
		DiskProvisionedThroughputMibps: c.DiskProvisionedThroughputMiBps,
		MachineType:                    c.MachineType,
		Labels:                         c.Labels,
		ServiceAccountEmail:            c.ServiceAccountEmail,
		WorkerRegion:                   c.WorkerRegion,
		WorkerZone:                     c.WorkerZone,
		ContainerImage:                 containerImage(c),
		FlexRSGoal:                     c.FlexRSGoal,
		TeardownPolicy:                 c.TeardownPolicy,
		Algorithm:                      c.AutoscalingAlgorithm,
		MaxNumWorkers:                  c.MaxNumWorkers,
		WorkerHarnessThreads:           c.WorkerHarnessThreads,
		TempLocation:                   c.TempLocation,
		Update:                         c.Update,
		TransformNameMapping:           c.TransformNameMapping,
		TemplateLocation:               c.TemplateLocation,
	}
}

// containerImage is Beam's own default for Dataflow.
func containerImage(c cmekpipe.Config) string {
	if c.SDKContainerImage != "" {
		return c.SDKContainerImage
	}
	return "gcr.io/cloud-dataflow/v1beta3/beam_go_sdk:" + core.SdkVersion
}

// experiments adds the ones that every SDK sets for the portable runner, as Beam's own launcher does.
func experiments(c cmekpipe.Config, streaming bool) []string {
	more := []string{"beam_fn_api", "use_runner_v2", "use_unified_worker", "use_portable_job_submission", session.NoSampling}
	if streaming {
		more = append(more, "enable_streaming_engine", "enable_windmill_service")
	}
	return session.Experiments(c, c.Experiments, more...)
}
