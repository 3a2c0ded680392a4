package prismrun

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// server starts Prism once for the whole process, because Beam has no way to stop it.
var server = sync.OnceValues(func() (jobpb.JobServiceClient, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return prism.CreateJobServer(ctx, prism.Options{})
})

// OnPrism runs the pipeline of a Dataflow job on Prism with the job's own worker binary. Pass it to WithJobRunner of
// package emulator or cmektest.
func OnPrism(ctx context.Context, e emulator.Execution) ([]*api.MetricUpdate, error) {
	client, err := server()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "prismrun-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system removes remaining temporary files
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers, err := startPool(dir, e, cancel)
	if err != nil {
		return nil, err
	}
	defer workers.stop()
	outside(e.Model, workers.endpoint)
	id, err := submit(ctx, client, e)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() {
		_, _ = client.Cancel(context.WithoutCancel(ctx), &jobpb.CancelJobRequest{JobId: id})
	})()
	ended := follow(context.WithoutCancel(ctx), client, id, e.Say)
	if err := workers.failure(); err != nil {
		return nil, err
	}
	counted, err := client.GetJobMetrics(context.WithoutCancel(ctx), &jobpb.GetJobMetricsRequest{JobId: id})
	if err != nil {
		return nil, errors.Join(ended, err)
	}
	return metricsOf(e.Model, counted.GetMetrics()), ended
}

// submit starts the job. It stages nothing: the pool has the job's worker, and Prism keeps what is staged in a map that jobs
// which start at the same time write to without a lock (artifact.go of Beam 2.77.0).
func submit(ctx context.Context, client jobpb.JobServiceClient, e emulator.Execution) (id string, err error) {
	for _, environment := range e.Model.GetComponents().GetEnvironments() {
		environment.Dependencies = nil
	}
	prepared, err := client.Prepare(ctx, &jobpb.PrepareJobRequest{
		Pipeline: e.Model, JobName: e.Job, PipelineOptions: &structpb.Struct{},
	})
	if err != nil {
		return "", err
	}
	started, err := client.Run(context.WithoutCancel(ctx), &jobpb.RunJobRequest{PreparationId: prepared.GetPreparationId()})
	return started.GetJobId(), err
}

// follow passes the job's messages on until the job ends. The last messages arrive after the failed state.
func follow(ctx context.Context, client jobpb.JobServiceClient, id string, say func(importance, text string)) error {
	stream, err := client.GetMessageStream(ctx, &jobpb.JobMessagesRequest{JobId: id})
	if err != nil {
		return err
	}
	ended := errors.New("the pipeline ended in no state")
	for {
		answer, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return ended
		case err != nil:
			return err
		}
		if m := answer.GetMessageResponse(); m.GetImportance() >= jobpb.JobMessage_JOB_MESSAGE_ERROR {
			say("JOB_MESSAGE_ERROR", "Error message from worker: generic::unknown: "+m.GetMessageText())
		} else if m != nil {
			say("JOB_MESSAGE_DETAILED", m.GetMessageText())
		}
		switch answer.GetStateResponse().GetState() {
		case jobpb.JobState_DONE:
			return nil
		case jobpb.JobState_CANCELLED:
			return errors.New("the pipeline was cancelled")
		case jobpb.JobState_FAILED:
			ended = errors.New("the pipeline failed")
		}
	}
}
