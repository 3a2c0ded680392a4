package dataflowjob

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// Prove compares a job's key with the wanted one and cancels the job unless they are the same. It returns when the job
// has stopped, even if ctx ended.
func (s *Service) Prove(ctx context.Context, id string) error {
	if err := s.verify(ctx, id); err != nil {
		return s.cancel(ctx, id, err)
	}
	return nil
}

// verify reads the job back from the service and compares its key with the wanted one, part by part. What create
// answered is no proof: it may be an echo.
func (s *Service) verify(ctx context.Context, id string) error {
	defer s.Progress.Step("reading back the key of job " + id)()
	for n := 0; ; n++ {
		stored, err := s.Get(ctx, id, ViewAll)
		if err == nil {
			return s.compare(stored)
		}
		// A job that was just created may not be visible yet.
		if gcperr.Code(err) != cmekpipe.NotFound || n+1 >= s.Pace.Attempts {
			return gcperr.Wrap(s.Op, s.Resource(id), s.Key, err)
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}

func (s *Service) compare(stored *api.Job) error {
	reported := ""
	if stored.Environment != nil {
		reported = stored.Environment.ServiceKmsKeyName
	}
	if e := keycheck.Compare(s.Op, s.Resource(stored.Id), reported, s.Key); e != nil {
		return e
	}
	return nil
}

// abandon finds and cancels the job of a create call that was cut off or whose answers were lost. It returns why.
func (s *Service) abandon(ctx context.Context, job *api.Job, why error) error {
	after, stop := context.WithTimeout(context.WithoutCancel(ctx), s.Pace.Stop)
	defer stop()
	ours, err := s.Active(after, job.Name)
	if err != nil {
		return errors.Join(why, s.leftRunning(job.Name, err))
	}
	if ours == nil || ours.ClientRequestId != job.ClientRequestId {
		return why
	}
	return s.cancel(ctx, ours.Id, why)
}
