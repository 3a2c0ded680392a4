package launch

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// viewAll is the view of a job that holds its environment, and so its key.
const viewAll = "JOB_VIEW_ALL"

// submit creates the job and proves that it rests under the key. Unless it proves that, no job is left running.
func (l *launcher) submit(ctx context.Context, c *clients, job *api.Job) error {
	created, err := l.create(ctx, c, job)
	switch {
	case ctx.Err() != nil:
		return l.abandon(ctx, c, job, ctx.Err())
	case cmekpipe.CodeOf(err) == cmekpipe.Unavailable:
		return l.abandon(ctx, c, job, err)
	case err != nil:
		return err
	}
	if err := l.verify(ctx, c, created); err != nil {
		return l.cancel(ctx, c, created.Id, err)
	}
	l.result.Job = &Job{
		ID: created.Id, Name: job.Name, Project: l.opts.Project(), Region: l.opts.Region(), Key: l.opts.Key(),
		State: created.CurrentState,
	}
	l.progress.say("job %s was submitted and rests under %s: %s", created.Id, l.opts.Key(), l.result.Job.ConsoleURL())
	return nil
}

// create makes the call until it is answered. The client request id makes all attempts one request.
func (l *launcher) create(ctx context.Context, c *clients, job *api.Job) (*api.Job, error) {
	defer l.progress.step("submitting job " + job.Name)()
	var created *api.Job
	err := l.pace.retry(ctx, func(ctx context.Context) (err error) {
		created, err = c.jobs.Create(l.opts.Project(), l.opts.Region(), job).Context(ctx).Do()
		return err
	})
	switch {
	case err == nil && (created.ClientRequestId == "" || created.ClientRequestId == job.ClientRequestId):
		return created, nil
	case err == nil || gcperr.Code(err) == cmekpipe.AlreadyExists:
		return l.taken(ctx, c, job)
	}
	return nil, gcperr.Wrap(op, l.jobResource(job.Name), l.opts.Key(), err)
}

// taken looks at the job that has the name already. It may be ours, of an attempt whose answer was lost; any other is
// never adopted, whatever its key, but the error says which key it has.
func (l *launcher) taken(ctx context.Context, c *clients, job *api.Job) (*api.Job, error) {
	other, err := l.running(ctx, c, job.Name)
	if err == nil && other != nil && other.ClientRequestId == job.ClientRequestId {
		return other, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	resource, reason := l.jobResource(job.Name), "got a job of the same name that is active"
	switch {
	case err != nil:
		reason += "; what key it has can't be seen: " + gcperr.Code(err).Error()
	case other == nil:
		reason += ", or was a moment ago"
	case other.Environment == nil || other.Environment.ServiceKmsKeyName == "":
		resource, reason = l.jobResource(other.Id), reason+", and it has no key"
	default:
		resource, reason = l.jobResource(other.Id), reason+", under key "+other.Environment.ServiceKmsKeyName
	}
	return nil, &cmekpipe.Error{Op: op, Code: cmekpipe.AlreadyExists, Resource: resource,
		Hint: "set another job_name, or cancel that job first", Err: errors.New(reason)}
}

// running returns the active job of a name with everything about it, or nil if there is none.
func (l *launcher) running(ctx context.Context, c *clients, name string) (*api.Job, error) {
	var found *api.Job
	err := l.pace.retry(ctx, func(ctx context.Context) error {
		found = nil
		return c.jobs.List(l.opts.Project(), l.opts.Region()).Filter("ACTIVE").Name(name).Pages(ctx,
			func(page *api.ListJobsResponse) error {
				for _, j := range page.Jobs {
					if j.Name == name {
						found = j
					}
				}
				return nil
			})
	})
	if err != nil || found == nil {
		return nil, err
	}
	return l.get(ctx, c, found.Id, viewAll)
}

// get reads a job.
func (l *launcher) get(ctx context.Context, c *clients, id, view string) (job *api.Job, err error) {
	err = l.pace.retry(ctx, func(ctx context.Context) (err error) {
		job, err = c.jobs.Get(l.opts.Project(), l.opts.Region(), id).View(view).Context(ctx).Do()
		return err
	})
	return job, err
}

// jobResource is the full name of a job in the project and region of the options.
func (l *launcher) jobResource(id string) string {
	return "projects/" + l.opts.Project() + "/locations/" + l.opts.Region() + "/jobs/" + id
}
