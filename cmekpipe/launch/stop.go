package launch

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Drain stops a streaming job's input, waits until what it has read is processed, and returns when the job is
// [job.Drained]. A job that does not run yet is drained when it does. Drain sets j.State to the last state read.
//
// A batch job can't be drained: code Unsupported. A job that ends in another state has code PreconditionFailed. When ctx
// ends the job continues to drain.
func Drain(ctx context.Context, j *job.Job, options ...Option) error {
	return stop(ctx, "launch.Drain", j, job.Drained, options)
}

// Cancel stops a job at once, losing what it has read but not written, and returns when the job is [job.Cancelled]. Cancel
// sets j.State to the last state read.
//
// A job that ends in another state, or had ended before, has code PreconditionFailed. When ctx ends the job continues to stop.
func Cancel(ctx context.Context, j *job.Job, options ...Option) error {
	return stop(ctx, "launch.Cancel", j, job.Cancelled, options)
}

func stop(ctx context.Context, op string, j *job.Job, want job.State, options []Option) error {
	if j == nil || j.ID == "" || j.Project == "" || j.Region == "" {
		return session.Refuse(op, cmekpipe.InvalidOptions, "job", "got a job without id, project or region",
			"use the Job of a Result, or set ID, Project and Region")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	service, err := session.JobsOf(ctx, op, j, newSettings(ctx, options))
	if err != nil {
		return err
	}
	defer service.Progress.Step("waiting for job " + j.ID + " to be " + string(want))()
	if want == job.Drained {
		if err := service.Drainable(ctx, j.ID); err != nil {
			return err
		}
	}
	state, err := service.Stop(ctx, j.ID, want)
	if state != "" {
		j.State = state
		service.Progress.Say("job %s is %s", j.ID, state)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return gcperr.Wrap(op, j.String(), j.Key, err)
	case state != want:
		return session.Refuse(op, cmekpipe.PreconditionFailed, j.String(),
			"got a job that has ended in "+string(state)+", want it in "+string(want), "read the job's messages: "+j.ConsoleURL())
	}
	return nil
}
