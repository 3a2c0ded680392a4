package jobs

import (
	"context"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// CheckOrphan searches once for the job of a request of another launch, and does what its launcher would have done: it confirms the
// job's key, or cancels an active job with another key or none and waits until it has ended, even if ctx ended. A job that waits
// for its launcher, and one that has ended, are only reported. It returns nil if no job is visible; gone then
// says that none will be. An error with an Orphan means that the job could not be stopped.
func (s *Service) CheckOrphan(ctx context.Context, r Request) (orphan *job.Orphan, gone bool, err error) {
	j, now, err := s.find(ctx, r)
	if err != nil {
		return nil, false, gcperr.Wrap(s.Op, s.Resource(r.Name), s.Key, err)
	}
	if j == nil {
		return nil, !r.Recorded.IsZero() && now.Sub(r.Recorded) > s.late(), nil
	}
	orphan, err = s.adjudge(ctx, r, j)
	return orphan, false, err
}

// AwaitOrphan is [Service.CheckOrphan] for a job that may yet appear, because its launcher was killed during a call, or still runs.
// It returns nil when no job can appear any more.
func (s *Service) AwaitOrphan(ctx context.Context, r Request) (*job.Orphan, error) {
	start := time.Now()
	for n := 0; ; n++ {
		orphan, gone, err := s.CheckOrphan(ctx, r)
		if orphan != nil || err != nil || gone || time.Since(start) >= s.late() {
			return orphan, err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}

// late is how long after it was recorded a launch may create a job that is not visible yet: its calls end by then, and the last
// of them has taken effect.
func (s *Service) late() time.Duration { return s.Pace.SubmitTimeout + s.Pace.VisibilityTimeout }

// Proven returns the job of an id whose key another launch confirmed for a request, with its state. It returns nil if there is no
// such job any more, or if it is that of another request.
func (s *Service) Proven(ctx context.Context, r Request, id string) (*job.Orphan, error) {
	j, err := s.Get(ctx, id, ViewAll)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && gcperr.Code(err) == cmekpipe.NotFound:
		return nil, nil
	case err != nil:
		return nil, gcperr.Wrap(s.Op, s.Resource(id), s.Key, err)
	case !s.created(r, j):
		return nil, nil
	}
	return s.adjudge(ctx, r, j)
}

// adjudge checks the key of a job, and stops an active job with another key or none, unless its launcher may still set it.
func (s *Service) adjudge(ctx context.Context, r Request, j *api.Job) (*job.Orphan, error) {
	orphan := &job.Orphan{Job: *s.describe(j, r.Name), Err: s.check(j, nil)}
	if r.Launcher && undecided(orphan.Err, j) {
		orphan.Err, orphan.Undecided = nil, true
		return orphan, nil
	}
	if orphan.Err == nil || orphan.Job.State.Ended() {
		return orphan, nil
	}
	stopped, err := s.cancel(ctx, j.Id, orphan.Err)
	if !stopped {
		return orphan, err
	}
	orphan.Err, orphan.Job.State = err, job.Cancelled
	if last, err := s.Get(context.WithoutCancel(ctx), j.Id, ViewSummary); err == nil {
		orphan.Job.State = StateOf(last)
	}
	return orphan, nil
}
