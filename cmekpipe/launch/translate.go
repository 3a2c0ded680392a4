package launch

import (
	"context"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// plan is a pipeline in the terms of Dataflow. It holds the pipeline's constants and is never printed.
type plan struct {
	model   *pipepb.Pipeline
	foreign []foreign // what the model has beside this SDK's environment
	options *dataflowlib.JobOptions
	job     *api.Job // nil until the files have a place
}

func (l *launcher) translate(ctx context.Context) (*plan, error) {
	edges, nodes, err := l.pipeline.Build()
	if err != nil {
		return nil, l.failed("dataflow", err)
	}
	if err := checkExternal(edges, l.result.Coverage, true); err != nil {
		return nil, err
	}
	others, err := foreigners(edges)
	if err != nil {
		return nil, l.failed("dataflow", err)
	}
	options := jobOptions(l.opts, !graph.Bounded(nodes))
	image := func(context.Context) string { return options.ContainerImage }
	environment, err := graphx.CreateEnvironment(ctx, graphx.URNEnvDocker, image)
	if err != nil {
		return nil, l.failed("dataflow", err)
	}
	model, err := marshal(edges, environment, l.opts.Config())
	if err != nil {
		return nil, l.failed("dataflow", err)
	}
	apart(model, others)
	if err := overrideImages(model, l.opts.Config().SDKContainerImageOverrides); err != nil {
		return nil, l.failed("dataflow", err)
	}
	return &plan{model: model, foreign: others, options: options}, nil
}

// jobOptions carries every option that Dataflow knows over to Beam's translation.
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

// experiments adds the ones that every SDK sets for the portable runner, as Beam's own launcher does, and one that keeps
// elements out of Cloud Storage.
func experiments(c cmekpipe.Config, streaming bool) []string {
	list := c.Experiments
	add := func(names ...string) {
		for _, name := range names {
			if !hasExperiment(list, name) {
				list = append(list, name)
			}
		}
	}
	add("beam_fn_api", "use_runner_v2", "use_unified_worker", "use_portable_job_submission")
	// Dataflow turns on by itself that workers of other SDKs write elements that they fail on below the temp location,
	// without naming the key. Source: https://docs.cloud.google.com/dataflow/docs/guides/data-sampling.
	add("disable_always_on_exception_sampling")
	if streaming {
		add("enable_streaming_engine", "enable_windmill_service")
	}
	if c.MinCPUPlatform != "" {
		list = append(list, "min_cpu_platform="+c.MinCPUPlatform)
	}
	return list
}

func hasExperiment(list []string, name string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return e == name || strings.HasPrefix(e, name+"=") })
}
