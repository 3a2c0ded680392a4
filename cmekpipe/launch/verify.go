package launch

import (
	"context"
	"errors"
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// verify reads the job back from the service and compares its key with the options', part by part. What create answered
// is no proof: it may be an echo.
func (l *launcher) verify(ctx context.Context, c *clients, created *api.Job) error {
	defer l.progress.step("reading back the key of job " + created.Id)()
	for n := 0; ; n++ {
		stored, err := l.get(ctx, c, created.Id, viewAll)
		if err == nil {
			return l.compare(stored)
		}
		// A job that was just created may not be visible yet.
		if gcperr.Code(err) != cmekpipe.NotFound || n+1 >= l.pace.attempts {
			return gcperr.Wrap(op, l.jobResource(created.Id), l.opts.Key(), err)
		}
		if err := l.pace.wait(ctx, n); err != nil {
			return err
		}
	}
}

func (l *launcher) compare(stored *api.Job) error {
	reported := ""
	if stored.Environment != nil {
		reported = stored.Environment.ServiceKmsKeyName
	}
	if e := keyError(l.jobResource(stored.Id), reported, l.opts.Key()); e != nil {
		return e
	}
	return nil
}

// abandon finds and cancels the job of a create call that was cut off or whose answers were lost. It returns why.
func (l *launcher) abandon(ctx context.Context, c *clients, job *api.Job, why error) error {
	after, stop := context.WithTimeout(context.WithoutCancel(ctx), l.pace.stop)
	defer stop()
	ours, err := l.running(after, c, job.Name)
	if err != nil {
		return errors.Join(why, l.leftRunning(job.Name, err))
	}
	if ours == nil || ours.ClientRequestId != job.ClientRequestId {
		return why
	}
	return l.cancel(ctx, c, ours.Id, why)
}

// cancel stops a job whose key is not proven and waits until it has stopped, even if ctx ended. It returns why, or why
// and that the job could not be stopped.
func (l *launcher) cancel(ctx context.Context, c *clients, id string, why error) error {
	defer l.progress.step("cancelling job " + id)()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), l.pace.stop)
	defer stop()
	if err := l.stopJob(ctx, c, id); err != nil {
		return errors.Join(why, l.leftRunning(id, err))
	}
	return why
}

func (l *launcher) stopJob(ctx context.Context, c *clients, id string) error {
	err := l.pace.retry(ctx, func(ctx context.Context) error {
		_, err := c.jobs.Update(l.opts.Project(), l.opts.Region(), id, &api.Job{RequestedState: cancelled}).Context(ctx).Do()
		return err
	})
	// A job that has ended by itself refuses to be cancelled; its state tells.
	for n := 0; ; n++ {
		job, getErr := l.get(ctx, c, id, "JOB_VIEW_SUMMARY")
		switch {
		case getErr != nil:
			return errors.Join(err, getErr)
		case ended(job.CurrentState):
			return nil
		case err != nil:
			return err
		}
		if err := l.pace.wait(ctx, n); err != nil {
			return err
		}
	}
}

// leftRunning is the error of a job that nobody could stop.
func (l *launcher) leftRunning(id string, err error) error {
	command := "gcloud dataflow jobs cancel " + id + " --project=" + l.opts.Project() + " --region=" + l.opts.Region()
	return &cmekpipe.Error{Op: op, Code: cmekpipe.Internal, Resource: l.jobResource(id), Err: err,
		Hint: "cancel it now: " + command}
}

const (
	done      = "JOB_STATE_DONE"
	failed    = "JOB_STATE_FAILED"
	cancelled = "JOB_STATE_CANCELLED"
	updated   = "JOB_STATE_UPDATED"
	drained   = "JOB_STATE_DRAINED"
)

// ended reports whether a job never leaves a state.
func ended(state string) bool {
	return slices.Contains([]string{done, failed, cancelled, updated, drained}, state)
}
