package dataflowjob

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// cancel stops a job whose key is not proven and waits until it has stopped, even if ctx ended. It returns why, or why
// and that the job could not be stopped.
func (s *Service) cancel(ctx context.Context, id string, why error) error {
	defer s.Progress.Step("cancelling job " + id)()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.Pace.Stop)
	defer stop()
	if err := s.stopJob(ctx, id); err != nil {
		return errors.Join(why, s.leftRunning(id, err))
	}
	return why
}

func (s *Service) stopJob(ctx context.Context, id string) error {
	err := s.Pace.Retry(ctx, func(ctx context.Context) error {
		_, err := s.jobs().Update(s.Project, s.Region, id, &api.Job{RequestedState: Cancelled}).Context(ctx).Do()
		return err
	})
	// A job that has ended by itself refuses to be cancelled; its state tells.
	for n := 0; ; n++ {
		job, getErr := s.Get(ctx, id, ViewSummary)
		switch {
		case getErr != nil:
			return errors.Join(err, getErr)
		case Ended(job.CurrentState):
			return nil
		case err != nil:
			return err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// leftRunning is the error of a job that nobody could stop.
func (s *Service) leftRunning(id string, err error) error {
	command := "gcloud dataflow jobs cancel " + id + " --project=" + s.Project + " --region=" + s.Region
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Internal, Resource: s.Resource(id), Err: err,
		Hint: "cancel it now: " + command}
}
