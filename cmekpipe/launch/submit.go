package launch

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// look holds the launch against what runs already, before anything is written: jobs of launches that did not finish, and
// the job to update.
func (l *launcher) look(ctx context.Context, c *session.Services, p *plan) error {
	if err := session.CheckLabels(op, l.opts); err != nil {
		return err
	}
	if err := l.recover(ctx, c); err != nil {
		return err
	}
	return l.target(ctx, c, p)
}

// submit leaves a job running that rests under the key, or none. As long as neither is certain a record tells the next
// launch of it.
func (l *launcher) submit(ctx context.Context, c *session.Services, p *plan) error {
	p.job.ReplaceJobId = l.replaces
	entry, err := l.begin(ctx, p)
	if err != nil {
		return err
	}
	made, err := c.Jobs.Submit(ctx, p.job)
	l.session.End(ctx, entry, made)
	if err != nil {
		return c.NotReplaced(ctx, l.replaces, err)
	}
	l.result.Job = &Job{
		ID: made.Job.Id, Name: p.job.Name, Project: l.opts.Project(), Region: l.opts.Region(), Key: l.opts.Key(), State: made.Job.CurrentState,
	}
	l.result.Draft.submitted(l.result.Job)
	l.progress.Say("job %s was submitted and rests under %s: %s", made.Job.Id, l.opts.Key(), l.result.Job.ConsoleURL())
	if l.replaces != "" {
		l.progress.Say("job %s replaces job %s as soon as it runs", made.Job.Id, l.replaces)
	}
	return nil
}
