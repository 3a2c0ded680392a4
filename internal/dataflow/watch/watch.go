package watch

import (
	"context"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Follow waits for a job's end and keeps j.State up to date. It returns nil for a job that ended well, and otherwise why it
// did not. When ctx ends it returns ctx's error, and the job continues.
func Follow(ctx context.Context, s session.Settings, service *jobs.Service, j *job.Job) error {
	w := &watcher{Settings: s, jobs: service, job: j, messages: newMessageStream(service, j.ID), counted: time.Now()}
	return w.run(ctx)
}

// watcher follows one job.
type watcher struct {
	session.Settings
	jobs     *jobs.Service
	job      *job.Job
	messages *messageStream

	messagesUnreadable bool      // and the warning was given
	counted            time.Time // when elements were last asked for
	count              int64     // how many there were
}

// run reads the job until it has ended: soon after it has changed or a message came, and less often while nothing happens.
func (w *watcher) run(ctx context.Context) error {
	for n := 0; ; n++ {
		read, err := w.jobs.Seen(ctx, w.job.ID, jobs.ViewSummary)
		if err != nil {
			return w.unreadable(ctx, err)
		}
		if w.enter(jobs.StateOf(read)) {
			n = 0
		}
		if w.job.State.Ended() {
			return w.end(ctx)
		}
		if w.readMessages(ctx) > 0 {
			n = 0
		}
		w.countElements(ctx)
		if err := w.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// enter records a state and reports whether it is a new one.
func (w *watcher) enter(state job.State) bool {
	if state == w.job.State {
		return false
	}
	w.job.State = state
	w.Progress.Say("job %s is %s", w.job.ID, state)
	return true
}

// end shows the last messages and returns why the job did not end well.
func (w *watcher) end(ctx context.Context) error {
	w.readLastMessages(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.job.State == job.Failed || w.job.State == job.Cancelled:
		return w.failure(ctx)
	}
	return nil
}

// unreadable is the error of a job that can't be read any more. The job continues.
func (w *watcher) unreadable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return gcperr.Wrap(w.jobs.Op, w.job.String(), w.job.Key, err)
}

// countElements reports from time to time how many elements the job's steps have put out. An error here is no reason to
// stop: the job's state tells the end.
func (w *watcher) countElements(ctx context.Context) {
	if time.Since(w.counted) < 2*w.Pace.Max {
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
		w.Progress.Detail("job %s has put %d elements into %d collections", w.job.ID, count, collections)
	}
}
