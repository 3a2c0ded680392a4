package launch

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/translation"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/watch"
)

// dataflow launches on Dataflow. What needs no service comes first, and nothing is written before guard, options and
// buckets are in order.
func (l *launch) dataflow(ctx context.Context) error {
	t, err := l.translate(ctx)
	if err != nil {
		return err
	}
	services, err := session.Connect(ctx, l.op, l.opts, l.Settings)
	if err != nil {
		return err
	}
	defer services.Storage.Close() //nolint:errcheck // every upload was closed and checked
	d := &dataflowLaunch{launch: l, services: services, translation: t}
	if err := d.checkBuckets(ctx); err != nil {
		return err
	}
	if d.stagesTemplate() {
		return d.stageTemplate(ctx)
	}
	return d.runJob(ctx)
}

// dataflowLaunch is a launch on Dataflow whose services are connected.
type dataflowLaunch struct {
	*launch
	services    *session.Services
	translation *translation.Translation
}

// checkBuckets finds a missing bucket, and one without a default key, before the worker is built. Dataflow, its workers and those
// of other SDKs name no key for what they write to the temp and the staging location.
func (d *dataflowLaunch) checkBuckets(ctx context.Context) error {
	places := []string{d.opts.StagingLocation().String(), d.opts.TempLocation().String()}
	err := d.services.KeyedBuckets(ctx, places...)
	if err == nil && d.stagesTemplate() {
		places = append(places, d.opts.TemplateLocation().String())
		err = d.services.Buckets(ctx, d.opts.TemplateLocation().String())
	}
	if err == nil {
		err = d.services.CheckStaging(ctx)
	}
	if err == nil {
		err = d.services.CheckEnforcement(ctx, d.result.Coverage.Strict(), places...)
	}
	d.result.Plan.Findings = append(d.result.Plan.Findings, d.services.Findings...)
	return err
}

// runJob stages and submits the job and, unless the options say Async, follows it to its end.
func (d *dataflowLaunch) runJob(ctx context.Context) (err error) {
	if err := session.CheckLabels(d.op, d.opts); err != nil {
		return err
	}
	s := session.New(d.services, func(o *job.Orphan) { d.result.Orphans = append(d.result.Orphans, *o) })
	defer func() { err = s.Finish(ctx, d.result.Job, err) }()
	if err := s.CheckEarlier(ctx); err != nil {
		return err
	}
	replaces, err := d.findReplaced(ctx)
	if err != nil {
		return err
	}
	staged, err := d.send(ctx)
	if err != nil {
		return err
	}
	staged.request.ReplaceJobId = replaces
	if err := d.submit(ctx, s, staged); err != nil || d.opts.Async() {
		return err
	}
	err = watch.Follow(ctx, d.Settings, d.services.Jobs, d.result.Job)
	if ctx.Err() == nil && d.result.Job.State.Ended() {
		d.readMetrics(ctx)
	}
	return err
}

// send stages the files of the job and sends them.
func (d *dataflowLaunch) send(ctx context.Context) (*stagedJob, error) {
	staged, err := d.stage(ctx, d.translation, true)
	if err != nil {
		return nil, err
	}
	defer staged.close()
	d.warnOfRequest(ctx)
	return staged, staged.send(ctx, d.services.Storage)
}

// warnOfRequest warns of what may make Dataflow refuse the job, or run it otherwise than was meant, before anything is uploaded:
// Dataflow says of a graph only that it is too large.
func (d *dataflowLaunch) warnOfRequest(ctx context.Context) {
	for _, f := range d.result.Plan.Findings {
		switch f.Rule {
		case rule.GraphSize, rule.ContainerImage, rule.LocalSSD:
			d.services.Warn(ctx, f)
		}
	}
}

// submit leaves a job running that is encrypted with the key, or none. Until one of the two is certain, a record tells the
// next launch to check.
func (d *dataflowLaunch) submit(ctx context.Context, s *session.Session, staged *stagedJob) error {
	request := staged.request
	mine := s.Record()
	mine.Name, mine.Request, mine.Replaces = request.Name, request.ClientRequestId, request.ReplaceJobId
	mine.Pipeline = staged.identity
	made, err := s.Submit(ctx, mine, func(ctx context.Context, recorded time.Time) (jobs.Submission, error) {
		return d.services.Jobs.Submit(ctx, request, recorded)
	})
	if err != nil {
		return err
	}
	d.result.Job = made
	d.result.Plan.JobName, d.result.Plan.JobID = made.Name, made.ID
	d.Progress.Say("job %s was submitted and is encrypted with %s: %s", made.ID, made.Key, made.ConsoleURL())
	if request.ReplaceJobId != "" {
		d.Progress.Say("job %s replaces job %s as soon as it runs", made.ID, request.ReplaceJobId)
	}
	return nil
}
