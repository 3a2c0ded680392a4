package launch

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflowjob"
	"github.com/cmekpipe/cmekpipe-go/internal/launching"
)

// look holds the launch against what runs already, before anything is written: jobs of launches that did not finish, and
// the job to update.
func (l *launcher) look(ctx context.Context, c *launching.Services, p *plan) error {
	if err := launching.CheckLabels(op, l.opts); err != nil {
		return err
	}
	if err := l.recover(ctx, c); err != nil {
		return err
	}
	return l.target(ctx, c, p)
}

// submit leaves a job running that rests under the key, or none. As long as neither is certain a record tells the next
// launch of it.
func (l *launcher) submit(ctx context.Context, jobs *dataflowjob.Service, p *plan) error {
	p.job.ReplaceJobId = l.replaces
	entry, err := l.begin(ctx, p)
	if err != nil {
		return err
	}
	made, err := jobs.Submit(ctx, p.job)
	l.session.End(ctx, entry, made)
	if err != nil {
		return l.notReplaced(ctx, jobs, err)
	}
	l.result.Job = &Job{
		ID: made.Job.Id, Name: p.job.Name, Project: jobs.Project, Region: jobs.Region, Key: jobs.Key, State: made.Job.CurrentState,
	}
	l.result.Draft.submitted(l.result.Job)
	l.progress.Say("job %s was submitted and rests under %s: %s", made.Job.Id, jobs.Key, l.result.Job.ConsoleURL())
	if l.replaces != "" {
		l.progress.Say("job %s replaces job %s as soon as it runs", made.Job.Id, l.replaces)
	}
	return nil
}

// notReplaced adds to the error of an update what became of the job that was to be replaced. A context's error stays
// itself.
func (l *launcher) notReplaced(ctx context.Context, jobs *dataflowjob.Service, err error) error {
	if l.replaces == "" {
		return err
	}
	fate := jobs.AfterFailedUpdate(ctx, l.replaces)
	l.progress.Say("%s", fate)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		e.Hint += "; " + fate
	}
	return err
}
