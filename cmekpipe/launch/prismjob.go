package launch

import (
	"context"
	"errors"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/metricsx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

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

// submitPrismJob starts the job. It stages nothing, because the worker runs in this process already, and because Prism keeps
// what is staged in a map that jobs which start at the same time write to without a lock (artifact.go of Beam 2.77.0).
func (l *launch) submitPrismJob(
	ctx context.Context, client jobpb.JobServiceClient, model *pipepb.Pipeline,
) (id string, err error) {
	for _, environment := range model.GetComponents().GetEnvironments() {
		environment.Dependencies = nil
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
	// A job that started while ctx ended must come back with its id, or nobody could cancel it.
	started, err := client.Run(context.WithoutCancel(ctx), &jobpb.RunJobRequest{PreparationId: prepared.GetPreparationId()})
	return started.GetJobId(), err
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
