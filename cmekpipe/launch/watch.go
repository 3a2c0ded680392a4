package launch

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/watch"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Watch follows a job on Dataflow to its end, as [Run] does unless the options say Async: it sends the job's states, the
// service's messages and, from time to time, the number of elements to the writer of [WithProgress], and keeps j.State up to
// date. What workers wrote is not shown, because it may hold elements; the line gives the URL at which to read it.
//
// Watch returns nil for a job that ended well, and otherwise why it did not, with the codes of Run. Dataflow cancels a job
// whose key stops working; the error says what is wrong with the key and what to do. When ctx ends Watch returns its error,
// and the job continues.
func Watch(ctx context.Context, j *job.Job, options ...Option) error {
	const op = "launch.Watch"
	if j == nil || j.ID == "" || j.Project == "" || j.Region == "" || !j.Key.Valid() {
		return session.Refuse(op, cmekpipe.InvalidOptions, "job", "got a job without id, project, region or key",
			"use the Job of a Result, or set ID, Project, Region and Key")
	}
	s := newSettings(ctx, options)
	service, err := session.JobsOf(ctx, op, j, s)
	if err != nil {
		return err
	}
	return watch.Follow(ctx, s, service, j)
}

// readMetrics reads the counters of a job that has ended. If that fails, the result is still right without them.
func (d *dataflowLaunch) readMetrics(ctx context.Context) {
	made := d.result.Job
	err := retry.Do(ctx, d.Pace.Policy, func(ctx context.Context) error {
		answer, err := d.services.Jobs.API.Projects.Locations.Jobs.GetMetrics(made.Project, made.Region, made.ID).Context(ctx).Do()
		if err == nil {
			d.result.Metrics = *dataflowlib.FromMetricUpdates(answer.Metrics, d.translation.Model)
		}
		return err
	})
	if err != nil {
		d.Logger.WarnContext(ctx, "cmekpipe: the job's metrics could not be read", "job", made.String(), "code", gcperr.Code(err).Error())
	}
}
