package launch

import (
	"context"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// prismServer starts Prism once for the whole process, because Beam has no way to stop it. Beam's own entry to Prism
// does the same, but through unguarded flags of the process, and lets a flag send the pipeline to another machine.
var prismServer = sync.OnceValues(func() (jobpb.JobServiceClient, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return prism.CreateJobServer(ctx, prism.Options{})
})

// prism runs the pipeline in this process: Prism as the runner, and a worker that it reaches over loopback.
func (l *launcher) prism(ctx context.Context) error {
	edges, _, err := l.pipeline.Build()
	if err != nil {
		return l.failed("prism", err)
	}
	if err := checkExternal(edges, l.result.Coverage, false); err != nil {
		return err
	}
	client, err := prismServer()
	if err != nil {
		return l.failed("prism", err)
	}
	// The job is what ends with ctx. Were its worker to end first, the job would fail instead of being cancelled.
	worker, err := extworker.StartLoopback(context.WithoutCancel(ctx), 0)
	if err != nil {
		return l.failed("prism", err)
	}
	// The worker outlives ctx by as long as it takes to stop it.
	defer worker.Stop(context.WithoutCancel(ctx)) //nolint:errcheck // it never fails
	environment, err := graphx.CreateEnvironment(ctx, graphx.URNEnvExternal, worker.EnvironmentConfig)
	if err != nil {
		return l.failed("prism", err)
	}
	model, err := marshal(edges, environment, l.opts.Config())
	if err != nil {
		return l.failed("prism", err)
	}
	return l.local(ctx, client, model)
}

// local submits a model to a job service of this process and follows the job.
func (l *launcher) local(ctx context.Context, client jobpb.JobServiceClient, model *pipepb.Pipeline) error {
	id, err := l.submitLocal(ctx, client, model)
	if err != nil {
		return l.ended(ctx, "prism", err)
	}
	if err := l.follow(ctx, client, id); err != nil {
		if ctx.Err() != nil {
			_, _ = client.Cancel(context.WithoutCancel(ctx), &jobpb.CancelJobRequest{JobId: id})
		}
		return l.ended(ctx, "prism", err)
	}
	answer, err := client.GetJobMetrics(ctx, &jobpb.GetJobMetricsRequest{JobId: id})
	if err != nil {
		return l.ended(ctx, "prism", err)
	}
	counted := answer.GetMetrics()
	l.result.Metrics = *metricsx.FromMonitoringInfos(model, counted.GetAttempted(), counted.GetCommitted())
	return nil
}

// submitLocal starts the job. A job service wants a worker binary staged even if the worker runs already.
func (l *launcher) submitLocal(
	ctx context.Context, client jobpb.JobServiceClient, model *pipepb.Pipeline,
) (id string, err error) {
	binary, remove, err := emptyFile()
	if err != nil {
		return "", err
	}
	defer remove()
	if err := runnerlib.UpdateGoEnvironmentWorker(binary, model); err != nil {
		return "", err
	}
	options, err := localOptions(l.opts)
	if err != nil {
		return "", err
	}
	prepared, err := client.Prepare(ctx, &jobpb.PrepareJobRequest{
		Pipeline: model, PipelineOptions: options, JobName: session.JobName(l.opts),
	})
	if err != nil {
		return "", err
	}
	token, err := runnerlib.Stage(ctx, prepared.GetPreparationId(), prepared.GetArtifactStagingEndpoint().GetUrl(), binary,
		prepared.GetStagingSessionToken())
	if err != nil {
		return "", err
	}
	// A job that started while ctx ended must come back with its id, or nobody could cancel it.
	return runnerlib.Submit(context.WithoutCancel(ctx), client, prepared.GetPreparationId(), token)
}
