package launch

import (
	"context"
	"errors"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow/dataflowlib"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Watch follows a job on Dataflow to its end, as [Run] does unless it launches asynchronously: it sends the job's states,
// the service's messages and now and then the count of elements to the writer of [WithProgress], and keeps job.State up
// to date. What workers said is never shown, because it may hold elements; the line says so, with the URL at which to
// read it.
//
// It returns nil for a job that ended well, and otherwise why it did not, with the codes of Run. A job whose key stopped
// working has been cancelled by Dataflow for good; the error says what is wrong with the key and what to do. When ctx ends
// Watch returns its error, and the job goes on.
func Watch(ctx context.Context, job *Job, os ...Option) error {
	const op = "launch.Watch"
	s := newSettings(os)
	if job == nil || job.ID == "" || job.Project == "" || job.Region == "" || !job.Key.Valid() {
		return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: "job",
			Err:  errors.New("got a job without id, project, region or key"),
			Hint: "take it from a Result, or set ID, Project, Region and Key"}
	}
	jobs, err := reach(ctx, op, job, s)
	if err != nil {
		return err
	}
	return newWatcher(s, jobs, job).run(ctx)
}

// watch waits for the job's end. A job that ctx leaves behind goes on: its key is proven.
func (l *launcher) watch(ctx context.Context, jobs *jobs.Service) error {
	return newWatcher(l.settings, jobs, l.result.Job).run(ctx)
}

// watcher follows one job.
type watcher struct {
	settings
	jobs     *jobs.Service
	job      *Job
	messages *messageStream

	deaf    bool      // the messages can't be read, and that was said
	counted time.Time // when elements were last asked for
	count   int64     // how many there were
}

func newWatcher(s settings, jobs *jobs.Service, job *Job) *watcher {
	return &watcher{settings: s, jobs: jobs, job: job, messages: newMessageStream(jobs, job.ID), counted: time.Now()}
}

// run looks at the job until it has ended: soon after it has changed or said something, and ever more seldom while
// nothing happens.
func (w *watcher) run(ctx context.Context) error {
	for n := 0; ; n++ {
		seen, err := w.jobs.Get(ctx, w.job.ID, jobs.ViewSummary)
		if err != nil {
			return w.lost(ctx, err)
		}
		if w.enter(seen.CurrentState) {
			n = 0
		}
		if jobs.Ended(w.job.State) {
			return w.end(ctx)
		}
		if w.listen(ctx) > 0 {
			n = 0
		}
		w.countElements(ctx)
		if err := w.pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// enter takes note of a state and reports whether it is a new one.
func (w *watcher) enter(state string) bool {
	if state == w.job.State {
		return false
	}
	w.job.State = state
	w.progress.Say("job %s is %s", w.job.ID, state)
	return true
}

// end shows what is left to show and returns why the job did not end well.
func (w *watcher) end(ctx context.Context) error {
	w.lastWords(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.job.State == jobs.Failed || w.job.State == jobs.Cancelled:
		return w.failure(ctx)
	}
	return nil
}

// lost is the error of a job that can't be seen any more. The job goes on.
func (w *watcher) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gcperr.Wrap(w.jobs.Op, w.job.String(), w.job.Key, err)
}

// countElements says now and then how many elements the job's steps have put out. A job that can't be asked has other
// lines to say so.
func (w *watcher) countElements(ctx context.Context) {
	if time.Since(w.counted) < 2*w.pace.Max {
		return
	}
	w.counted = time.Now()
	answer, err := w.jobs.API.Projects.Locations.Jobs.GetMetrics(w.job.Project, w.job.Region, w.job.ID).Context(ctx).Do()
	if err != nil {
		return
	}
	var count, collections int64
	for _, m := range answer.Metrics {
		n, ok := m.Scalar.(float64)
		if ok && m.Name != nil && m.Name.Name == "ElementCount" && m.Name.Context["tentative"] == "" {
			count, collections = count+int64(n), collections+1
		}
	}
	if count != w.count {
		w.count = count
		w.progress.Say("job %s has put %d elements into %d collections", w.job.ID, count, collections)
	}
}

// readMetrics asks for the counters of a job that has ended, however it did. That is no less true without them.
func (l *launcher) readMetrics(ctx context.Context, jobs *jobs.Service, p *plan) {
	job := l.result.Job
	err := retry.Do(ctx, l.pace.Policy, func(ctx context.Context) error {
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
