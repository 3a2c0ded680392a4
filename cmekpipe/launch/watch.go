package launch

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflowjob"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// watch waits for the job's end. A job that ctx leaves behind goes on: its key is proven.
func (l *launcher) watch(ctx context.Context, jobs *dataflowjob.Service) error {
	job := l.result.Job
	for n := 0; ; n++ {
		seen, err := jobs.Get(ctx, job.ID, dataflowjob.ViewSummary)
		if err != nil {
			return l.lost(ctx, err)
		}
		if seen.CurrentState != job.State {
			job.State, n = seen.CurrentState, 0
			l.progress.Say("job %s is %s", job.ID, job.State)
		}
		switch {
		case job.State == dataflowjob.Done || job.State == dataflowjob.Updated || job.State == dataflowjob.Drained:
			return nil
		case dataflowjob.Ended(job.State):
			return l.jobFailure(ctx, jobs)
		}
		if err := l.pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// lost is the error of a job that can't be seen any more. The job goes on.
func (l *launcher) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gcperr.Wrap(op, l.result.Job.String(), l.opts.Key(), err)
}

// readMetrics asks for the pipeline's counters. The job has succeeded without them.
func (l *launcher) readMetrics(ctx context.Context, jobs *dataflowjob.Service, p *plan) {
	job := l.result.Job
	err := l.pace.Retry(ctx, func(ctx context.Context) error {
		answer, err := jobs.API.Projects.Locations.Jobs.GetMetrics(job.Project, job.Region, job.ID).Context(ctx).Do()
		if err == nil {
			l.result.Metrics = *dataflowlib.FromMetricUpdates(answer.Metrics, p.model)
		}
		return err
	})
	if err != nil {
		l.logger.WarnContext(ctx, "cmekpipe: the job's metrics could not be read",
			"job", job.String(), "code", gcperr.Code(err).Error())
	}
}
