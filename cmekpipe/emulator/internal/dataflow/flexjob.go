package dataflow

import (
	"context"
	"strings"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// flexJob is the job that the launcher of a Flex Template creates. A key in the options wins over that of the
// environment, because the options reach the program last.
func flexJob(spec *api.ContainerSpec, l *api.LaunchFlexTemplateParameter, e *api.FlexTemplateRuntimeEnvironment,
	set map[string]string) *api.Job {
	to := &api.Environment{
		ServiceKmsKeyName: e.KmsKeyName, ServiceAccountEmail: e.ServiceAccountEmail, TempStoragePrefix: e.TempLocation,
		Experiments: e.AdditionalExperiments, FlexResourceSchedulingGoal: e.FlexrsGoal, StreamingMode: e.StreamingMode,
		WorkerRegion: e.WorkerRegion, WorkerZone: e.WorkerZone,
		SdkPipelineOptions: googleapi.RawMessage(marshal(map[string]any{"options": set})),
		WorkerPools: []*api.WorkerPool{{
			Kind: "harness", Zone: e.Zone, Network: e.Network, Subnetwork: e.Subnetwork, MachineType: e.MachineType,
			IpConfiguration: e.IpConfiguration, NumWorkers: e.NumWorkers, DiskSizeGb: e.DiskSizeGb,
			AutoscalingSettings: &api.AutoscalingSettings{Algorithm: e.AutoscalingAlgorithm, MaxNumWorkers: e.MaxWorkers},
		}},
	}
	override(&to.ServiceKmsKeyName, set["kmsKeyName"])
	override(&to.TempStoragePrefix, set["tempLocation"])
	override(&to.WorkerRegion, set["workerRegion"])
	override(&to.WorkerZone, set["workerZone"])
	override(&to.ServiceAccountEmail, set["serviceAccountEmail"])
	if list := set["experiments"]; list != "" {
		to.Experiments = append(to.Experiments, strings.Split(list, ",")...)
	}
	if e.EnableStreamingEngine {
		to.Experiments = append(to.Experiments, "enable_streaming_engine")
	}
	job := &api.Job{Type: batch, Environment: to}
	if isStreaming(spec, set) {
		job.Type = streaming
	}
	addLabels(job, e.AdditionalUserLabels)
	return job
}

// isStreaming reports whether a template creates streaming jobs.
func isStreaming(spec *api.ContainerSpec, set map[string]string) bool {
	if spec.Metadata != nil && spec.Metadata.Streaming {
		return true
	}
	return strings.EqualFold(set["streaming"], "true")
}

// launchFiles writes the files that the launcher of a Flex Template leaves: into a new bucket without a key if the
// launch names no folder, else with the default key of the named bucket. It returns the service's text for a launch
// that fails.
func (s *Server) launchFiles(ctx context.Context, j *job) (refusal string) {
	own := "dataflow-staging-" + j.region + "-" + core.ProjectNumber(j.project)
	if j.flex.temp == "" || j.flex.staging == "" {
		if err := s.files.MakeBucket(ctx, j.project, own, j.region); err != nil {
			return launchFailed(err)
		}
	}
	staging := j.flex.staging
	if staging == "" {
		staging = "gs://" + own + "/staging"
	}
	for _, name := range []string{"console_logs", "operation_result"} {
		bucket, object, err := splitURL(strings.TrimSuffix(staging, "/") + "/template_launches/" + j.id + "/" + name)
		if err == nil {
			err = s.files.Write(ctx, bucket, object, "dataflow.flexTemplates.launch", []byte("launcher of "+j.id+"\n"))
		}
		if err != nil {
			return launchFailed(err)
		}
	}
	return ""
}

func launchFailed(err error) string {
	return "Error occurred in the launcher container: Template launch failed. See console logs. " + err.Error()
}
