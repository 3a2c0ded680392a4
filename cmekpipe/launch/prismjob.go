package launch

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
)

// runPrismJob submits a model to the job service of this process and follows the job.
func (l *launch) runPrismJob(ctx context.Context, client jobpb.JobServiceClient, model *pipepb.Pipeline) error {
	id, err := l.submitPrismJob(ctx, client, model)
	if err != nil {
		return l.ended(ctx, err)
	}
	if err := followPrismJob(ctx, client, id); err != nil {
		if ctx.Err() != nil {
			_, _ = client.Cancel(context.WithoutCancel(ctx), &jobpb.CancelJobRequest{JobId: id})
		}
		return l.ended(ctx, err)
	}
	answer, err := client.GetJobMetrics(ctx, &jobpb.GetJobMetricsRequest{JobId: id})
	if err != nil {
		return l.ended(ctx, err)
	}
	counted := answer.GetMetrics()
	l.result.Metrics = *metricsx.FromMonitoringInfos(model, counted.GetAttempted(), counted.GetCommitted())
	return nil
}

// submitPrismJob starts the job. A job service needs a worker binary staged even if the worker runs already.
func (l *launch) submitPrismJob(
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
	options, err := translation.LocalOptions(l.opts)
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

// followPrismJob reads a job's states and messages until it ends. It keeps every error of the job, because the first one names
// the cause and the last one says only that there was one.
func followPrismJob(ctx context.Context, client jobpb.JobServiceClient, id string) error {
	stream, err := client.GetMessageStream(ctx, &jobpb.JobMessagesRequest{JobId: id})
	if err != nil {
		return err
	}
	var failed bool
	var causes []error
	for {
		answer, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && failed:
			return errors.Join(append(causes, errors.New("the job ended in state FAILED"))...)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if message := answer.GetMessageResponse(); message.GetImportance() >= jobpb.JobMessage_JOB_MESSAGE_ERROR {
			causes = append(causes, errors.New(message.GetMessageText()))
		}
		switch answer.GetStateResponse().GetState() {
		case jobpb.JobState_DONE:
			return nil
		case jobpb.JobState_CANCELLED:
			return errors.New("the job was cancelled")
		case jobpb.JobState_FAILED:
			failed = true
		}
	}
}

// emptyFile creates a temporary file and returns its name.
func emptyFile() (name string, remove func(), err error) {
	f, err := os.CreateTemp("", "cmekpipe-worker-*")
	if err != nil {
		return "", nil, err
	}
	return f.Name(), func() { os.Remove(f.Name()) }, f.Close()
}
