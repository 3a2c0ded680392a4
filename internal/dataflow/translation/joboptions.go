package translation

import (
	"cmp"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// jobOptions passes every option that Dataflow knows to Beam's translation.
func jobOptions(opts *cmekpipe.Options, streaming bool) *dataflowlib.JobOptions {
	workers, environment := opts.Workers(), opts.Environment()
	return &dataflowlib.JobOptions{
		Name:                           session.JobName(opts),
		Experiments:                    experiments(opts, streaming),
		DataflowServiceOptions:         opts.ServiceOptions(),
		Options:                        workerOptions(environment.ElementProcessingTimeout),
		Streaming:                      streaming,
		Project:                        opts.Project(),
		Region:                         opts.Region(),
		Zone:                           workers.Zone,
		KmsKey:                         opts.Key().String(),
		Network:                        workers.Network,
		Subnetwork:                     workers.Subnetwork,
		NoUsePublicIPs:                 workers.NoPublicIPs,
		NumWorkers:                     workers.NumWorkers,
		DiskSizeGb:                     workers.DiskSizeGB,
		DiskType:                       workers.DiskType,
		DiskProvisionedIops:            workers.DiskProvisionedIOPS,
		DiskProvisionedThroughputMibps: workers.DiskProvisionedThroughputMiBps,
		MachineType:                    workers.MachineType,
		Labels:                         opts.Labels(),
		ServiceAccountEmail:            workers.ServiceAccountEmail,
		WorkerRegion:                   workers.WorkerRegion,
		WorkerZone:                     workers.WorkerZone,
		ContainerImage:                 containerImage(environment.SDKContainerImage),
		FlexRSGoal:                     string(workers.FlexRSGoal),
		TeardownPolicy:                 string(workers.TeardownPolicy),
		Algorithm:                      string(workers.AutoscalingAlgorithm),
		MaxNumWorkers:                  workers.MaxNumWorkers,
		WorkerHarnessThreads:           workers.WorkerHarnessThreads,
		TempLocation:                   opts.TempLocation().String(),
		Update:                         opts.Update(),
		TransformNameMapping:           opts.TransformNameMapping(),
		TemplateLocation:               opts.TemplateLocation().String(),
	}
}

// containerImage returns the image that the workers run: the one of the options, or Beam's default for Dataflow.
func containerImage(chosen string) string {
	return cmp.Or(chosen, "gcr.io/cloud-dataflow/v1beta3/beam_go_sdk:"+core.SdkVersion)
}

// experiments adds the ones that every SDK sets for the portable runner, as Beam's own launcher does.
func experiments(opts *cmekpipe.Options, streaming bool) []string {
	more := []string{"beam_fn_api", "use_runner_v2", "use_unified_worker", "use_portable_job_submission", session.NoSampling}
	if streaming {
		more = append(more, "enable_streaming_engine", "enable_windmill_service")
	}
	return session.Experiments(opts, opts.Experiments(), more...)
}
