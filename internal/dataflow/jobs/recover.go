package jobs

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Recovered is the job of a request whose launcher did not live to prove its key.
type Recovered struct {
	// ID and State of the job. A job that had to be cancelled has ended.
	ID, State string
	// Fault is what is wrong with the job's key or place; nil if the key is proven.
	Fault error
	// Undecided says that the job waits for its launcher, which may still name another key. It was left alone and has to
	// be looked at again.
	Undecided bool
}

// Recover finds the job of a request and does what its launcher would have done: it proves the job's key or cancels the
// job and waits until it has ended, even if ctx ended. It returns nil if no job can be seen, at once or, if it shall
// wait, when a job would have become visible. An error with a Recovered says that the job could not be stopped.
func (s *Service) Recover(ctx context.Context, r Request, wait bool) (*Recovered, error) {
	look := s.find
	if wait {
		look = s.await
	}
	job, err := look(ctx, r)
	if err != nil {
		return nil, gcperr.Wrap(s.Op, s.Resource(r.Name), s.Key, err)
	}
	if job == nil {
		return nil, nil
	}
	found := &Recovered{ID: job.Id, State: job.CurrentState, Fault: s.check(job, nil)}
	if r.Launcher && undecided(found.Fault, job) {
		found.Fault, found.Undecided = nil, true
		return found, nil
	}
	if found.Fault == nil || Ended(found.State) {
		return found, nil
	}
	stopped, err := s.cancel(ctx, job.Id, found.Fault)
	if !stopped {
		return found, err
	}
	found.Fault = err
	found.State = Cancelled
	if last, err := s.Get(context.WithoutCancel(ctx), job.Id, ViewSummary); err == nil {
		found.State = last.CurrentState
	}
	return found, nil
}
