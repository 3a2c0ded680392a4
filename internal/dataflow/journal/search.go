package journal

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// keepDone is how long a job that has ended well, and of which no caller knows, is kept for a launch of the same pipeline.
const keepDone = 14 * 24 * time.Hour

// Search is the search for the jobs of the launches before this one. Some of their jobs may still be followed; see [Search.Wait] and
// [Search.Finish].
type Search struct {
	log   *Log
	found func(*Found)
	stop  context.CancelFunc

	mu       sync.Mutex
	all      []*Found
	followed []*followed
}

// Found is a job that a launch left behind.
type Found struct {
	*Entry
	// Orphan is the job as it was left.
	Orphan *job.Orphan
	// Checked says that an earlier launch had confirmed the job's key already.
	Checked bool
}

// followed is a record whose job is not visible yet, or was never created.
type followed struct {
	entry *Entry
	done  chan struct{}
	err   error // set before done is closed
}

// CheckRecords reads every record: it confirms the key of the job that the launch created, or cancels the job, and begins to follow
// records without a visible job. It calls found for every job that a launch left behind, one call at a time. An error means that a
// job could not be stopped. The caller calls [Search.Finish] or [Search.Abandon], with an error too.
func (l *Log) CheckRecords(ctx context.Context, found func(*Found)) (*Search, error) {
	following, stop := context.WithCancel(ctx)
	r := &Search{log: l, found: found, stop: stop}
	entries, err := l.entries(ctx)
	if err != nil {
		return r, err
	}
	var mu sync.Mutex
	var failures []error
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, e := range entries {
		g.Go(func() error {
			if err := r.visit(ctx, following, e); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
			return nil
		})
	}
	_ = g.Wait() // no function fails
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	return r, errors.Join(failures...)
}

// service reaches the jobs of a record.
func (r *Search) service(e *Entry) *jobs.Service {
	service := r.log.Jobs
	service.Project, service.Region, service.Key = e.Project, e.Region, e.Key
	return &service
}

// visit searches once for the job of a record, and begins to follow a record without one.
func (r *Search) visit(ctx, following context.Context, e *Entry) error {
	if e.Job != "" {
		if known, err := r.revisit(ctx, e); known || err != nil {
			return err
		}
		e.Job = "" // no such job is known for this record: it is searched for as if the record were open
	}
	orphan, gone, err := r.service(e).CheckOrphan(ctx, e.request())
	switch {
	case orphan == nil && err == nil && gone:
		r.log.End(ctx, e)
		return nil
	case orphan == nil && (err == nil || ctx.Err() == nil):
		r.follow(following, e)
		return nil
	}
	return r.settle(ctx, e, orphan, err, false)
}

// revisit reads the job of a closed record. It reports false if Dataflow knows no such job any more, or if the job is another's: the
// mark may be forged.
func (r *Search) revisit(ctx context.Context, e *Entry) (known bool, err error) {
	orphan, err := r.service(e).Proven(ctx, e.request(), e.Job)
	switch {
	case orphan != nil:
		return true, r.settle(ctx, e, orphan, err, true)
	case err == nil:
		return false, nil
	}
	f := &followed{entry: e, done: make(chan struct{}), err: r.settle(ctx, e, nil, err, true)}
	close(f.done)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.followed = append(r.followed, f)
	return true, nil
}

// follow searches for the job of a record until it is found or certain not to come.
func (r *Search) follow(ctx context.Context, e *Entry) {
	f := &followed{entry: e, done: make(chan struct{})}
	r.mu.Lock()
	r.followed = append(r.followed, f)
	r.mu.Unlock()
	r.log.Jobs.Progress.Say("a launch of job %s has not finished; its job is searched for", e.Name)
	go func() {
		defer close(f.done)
		orphan, err := r.service(e).AwaitOrphan(ctx, e.request())
		if orphan == nil && err == nil {
			r.log.Jobs.Progress.Say("the launch of job %s that has not finished created no job", e.Name)
			r.log.End(ctx, e)
			return
		}
		f.err = r.settle(ctx, e, orphan, err, false)
	}()
}

// settle brings a record up to date with its job. An error with an orphan says that the job could not be stopped.
func (r *Search) settle(ctx context.Context, e *Entry, orphan *job.Orphan, err error, checked bool) error {
	if orphan == nil {
		if ctx.Err() == nil {
			r.log.warn(ctx, "names a job that can't be searched for", e, string(cmekpipe.CodeOf(err)))
		}
		return err
	}
	// The launcher may live, and have confirmed the key itself since the records were read.
	checked = checked || orphan.Err == nil && !orphan.Undecided && r.log.finished(ctx, e)
	state := orphan.Job.State
	switch {
	case err != nil || orphan.Undecided: // as it is, for the next launch
	case state == job.Done && orphan.Err == nil && !e.Told && time.Since(e.Created) < keepDone:
		r.log.Close(ctx, e, orphan.Job.ID)
	case state.Ended():
		r.log.End(ctx, e)
	case orphan.Err == nil:
		r.log.Close(ctx, e, orphan.Job.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f := &Found{Entry: e, Orphan: orphan, Checked: checked && orphan.Err == nil}
	r.all = append(r.all, f)
	r.found(f)
	return err
}
