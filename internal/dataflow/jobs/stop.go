package jobs

import (
	"context"
	"errors"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Discard stops a job that must not run although it has its key. It returns why, joined with the errors of cancelling.
func (s *Service) Discard(ctx context.Context, j *job.Job, why error) (Submission, error) {
	stopped, err := s.cancel(ctx, j.ID, why)
	return Submission{Open: !stopped}, err
}

// cancel stops a job of this launch or of a record that must not run, and waits until it has stopped, even if ctx ended. It returns whether the job
// has stopped, and why joined with the errors of cancelling.
func (s *Service) cancel(ctx context.Context, id string, why error) (stopped bool, err error) {
	defer s.Progress.Step("cancelling job " + id)()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.Pace.StopTimeout)
	defer stop()
	state, err := s.Stop(ctx, id, job.Cancelled)
	switch {
	case err != nil:
		return false, errors.Join(why, s.leftRunning(id, err))
	case state == job.Cancelled || state == job.Failed:
		return true, why
	}
	return true, s.tooLate(ctx, id, state, why)
}

// tooLate is the error of a job that ended before it could be cancelled, unless it was encrypted with the key.
func (s *Service) tooLate(ctx context.Context, id string, state job.State, why error) error {
	stored, err := s.Get(ctx, id, ViewAll)
	if err == nil && s.check(stored, nil) == nil {
		return why
	}
	return errors.Join(why, &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Internal, Resource: s.Resource(id),
		Hint: "check the keys of what it wrote; it may not be encrypted with " + s.Key.String(),
		Err:  errors.New("got " + string(state) + " before the job could be cancelled")})
}

// Stop asks a job to be cancelled or drained and waits until it has ended. It returns the state in which it has, which
// may be another than was asked for, or with an error the last state that it read, "" if none.
func (s *Service) Stop(ctx context.Context, id string, want job.State) (state job.State, err error) {
	refusal := s.request(ctx, id, want)
	// A job that has ended refuses to be stopped; its state shows that, perhaps late.
	start := time.Now()
	for n := 0; ; n++ {
		j, err := s.Seen(ctx, id, ViewSummary)
		if err != nil {
			return state, errors.Join(refusal, err)
		}
		state = StateOf(j)
		switch {
		case state.Ended():
			return state, nil
		case refusal != nil && (gcperr.Code(refusal) == cmekpipe.PermissionDenied || time.Since(start) >= s.Pace.VisibilityTimeout):
			return state, refusal
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return state, err
		}
	}
}

// request asks a job, which may not be visible yet, for a state.
func (s *Service) request(ctx context.Context, id string, want job.State) error {
	start := time.Now()
	for n := 0; ; n++ {
		err := retry.Do(ctx, s.Pace.Policy, func(ctx context.Context) error {
			_, err := s.jobs().Update(s.Project, s.Region, id, &api.Job{RequestedState: string(want)}).Context(ctx).Do()
			return err
		})
		if err == nil || gcperr.Code(err) != cmekpipe.NotFound || time.Since(start) >= s.Pace.VisibilityTimeout {
			return err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// leftRunning is the error of a job that nobody could stop.
func (s *Service) leftRunning(id string, err error) error {
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Internal, Resource: s.Resource(id), Err: err,
		Hint: "cancel it now: " + s.cancelCommand(id)}
}

// cancelCommand is the command that cancels a job.
func (s *Service) cancelCommand(id string) string {
	return "gcloud dataflow jobs cancel " + id + " --project=" + s.Project + " --region=" + s.Region
}

// Drainable waits until a streaming job runs, so that it can be drained, or has ended. It refuses any other job.
func (s *Service) Drainable(ctx context.Context, id string) error {
	for n := 0; ; n++ {
		j, err := s.Seen(ctx, id, ViewSummary)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return gcperr.Wrap(s.Op, s.Resource(id), s.Key, err)
		case j.Type != TypeStreaming:
			return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Unsupported, Resource: s.Resource(id),
				Hint: "wait for its end, or cancel it", Err: errors.New("got " + j.Type + ", want a streaming job: no other can be drained")}
		case StateOf(j) != job.Pending && StateOf(j) != job.Queued:
			return nil
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}
