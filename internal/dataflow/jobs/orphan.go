package jobs

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Recover finds the job of a request and does what its launcher would have done: it confirms the job's key, or cancels the
// job and waits until it has ended, even if ctx ended. It returns nil if no job is visible, at once or, if it shall
// wait, when a job would have become visible. An error with an Orphan means that the job could not be stopped.
func (s *Service) Recover(ctx context.Context, r Request, wait bool) (*job.Orphan, error) {
	search := s.find
	if wait {
		search = s.await
	}
	j, err := search(ctx, r)
	if err != nil {
		return nil, gcperr.Wrap(s.Op, s.Resource(r.Name), s.Key, err)
	}
	if j == nil {
		return nil, nil
	}
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
