package launch

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

const (
	drainOp  = "launch.Drain"
	cancelOp = "launch.Cancel"
)

// Drain stops a streaming job's input, waits until what it has read is processed, and returns when it is
// JOB_STATE_DRAINED. A job that does not run yet is drained when it does. It sets job.State to the last state seen.
//
// A batch job can't be drained: code Unsupported. A job that ends in another state has code PreconditionFailed. When ctx
// ends the job goes on draining.
func Drain(ctx context.Context, job *Job, os ...Option) error {
	return stop(ctx, drainOp, job, jobs.Drained, os)
}

// Cancel stops a job at once, losing what it has read but not written, and returns when it is JOB_STATE_CANCELLED. It sets
// job.State to the last state seen.
//
// A job that ends in another state, as one that had ended before, has code PreconditionFailed. When ctx ends the job goes
// on stopping.
func Cancel(ctx context.Context, job *Job, os ...Option) error {
	return stop(ctx, cancelOp, job, jobs.Cancelled, os)
}

func stop(ctx context.Context, op string, job *Job, want string, os []Option) error {
	if job == nil || job.ID == "" || job.Project == "" || job.Region == "" {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "job", Hint: "pass the Job of a Result",
			Err: errors.New("got a job without id, project or region")}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	service, err := reach(ctx, op, job, newSettings(os))
	if err != nil {
		return err
	}
	defer service.Progress.Step("waiting for job " + job.ID + " to be " + want)()
	if want == jobs.Drained {
		if err := service.Drainable(ctx, job.ID); err != nil {
			return err
		}
	}
	state, err := service.Stop(ctx, job.ID, want)
	if state != "" {
		job.State = state
		service.Progress.Say("job %s is %s", job.ID, state)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return gcperr.Wrap(op, job.String(), job.Key, err)
	case state != want:
		return &cmekpipe.Error{Op: op, Code: cmekpipe.PreconditionFailed, Resource: job.String(), Hint: "look at the job's messages",
			Err: errors.New("got a job that has ended in " + state + ", want it in " + want)}
	}
	return nil
}

// reach reaches the jobs of the job's project and region.
func reach(ctx context.Context, op string, job *Job, s settings) (*jobs.Service, error) {
	if err := session.CheckEnvironment(op); err != nil {
		return nil, err
	}
	service, err := dataflowclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, job.String(), job.Key, err)
	}
	return &jobs.Service{Op: op, Project: job.Project, Region: job.Region, Key: job.Key, API: service,
		Pace: s.pace, Progress: s.progress}, nil
}
