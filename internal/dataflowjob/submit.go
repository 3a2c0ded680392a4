package dataflowjob

import (
	"context"
	"errors"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Submit creates the job and proves that it rests under the key. Unless it proves that, no job is left running. The job
// needs a client request id, which makes all attempts one request.
func (s *Service) Submit(ctx context.Context, job *api.Job) (*api.Job, error) {
	created, err := s.create(ctx, job)
	switch {
	case ctx.Err() != nil:
		return nil, s.abandon(ctx, job, ctx.Err())
	case cmekpipe.CodeOf(err) == cmekpipe.Unavailable:
		return nil, s.abandon(ctx, job, err)
	case err != nil:
		return nil, err
	}
	return created, s.Prove(ctx, created.Id)
}

// create makes the call until it is answered.
func (s *Service) create(ctx context.Context, job *api.Job) (*api.Job, error) {
	defer s.Progress.Step("submitting job " + job.Name)()
	var created *api.Job
	err := s.Pace.Retry(ctx, func(ctx context.Context) (err error) {
		created, err = s.jobs().Create(s.Project, s.Region, job).Context(ctx).Do()
		return err
	})
	switch {
	case err == nil && (created.ClientRequestId == "" || created.ClientRequestId == job.ClientRequestId):
		return created, nil
	case err == nil || gcperr.Code(err) == cmekpipe.AlreadyExists:
		return s.taken(ctx, job)
	}
	return nil, gcperr.Wrap(s.Op, s.Resource(job.Name), s.Key, err)
}

// taken looks at the job that has the name already. It may be ours, of an attempt whose answer was lost; any other is
// never adopted, whatever its key, but the error says which key it has.
func (s *Service) taken(ctx context.Context, job *api.Job) (*api.Job, error) {
	other, err := s.Active(ctx, job.Name)
	if err == nil && other != nil && other.ClientRequestId == job.ClientRequestId {
		return other, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	resource, reason := s.Resource(job.Name), "got a job of the same name that is active"
	switch {
	case err != nil:
		reason += "; what key it has can't be seen: " + gcperr.Code(err).Error()
	case other == nil:
		reason += ", or was a moment ago"
	case other.Environment == nil || other.Environment.ServiceKmsKeyName == "":
		resource, reason = s.Resource(other.Id), reason+", and it has no key"
	default:
		resource, reason = s.Resource(other.Id), reason+", under key "+other.Environment.ServiceKmsKeyName
	}
	return nil, &cmekpipe.Error{Op: s.Op, Code: cmekpipe.AlreadyExists, Resource: resource,
		Hint: "set another job_name, or cancel that job first", Err: errors.New(reason)}
}
