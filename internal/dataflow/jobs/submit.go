package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Submission is the result of [Service.Submit].
type Submission struct {
	// Job is the job whose key is confirmed; nil with an error.
	Job *job.Job
	// Open reports that a job of this request may run with an unconfirmed key, or may yet appear. The next launch has to
	// search for it again.
	Open bool
}

// Submit creates the job and verifies that it is encrypted with the key. If it is not, Submit leaves no job running that it
// can find. The job needs a client request id, which makes all attempts one request, and at most [MaxLabels]
// labels. recorded is when the launch was recorded, see [Request].
func (s *Service) Submit(ctx context.Context, j *api.Job, recorded time.Time) (Submission, error) {
	j = s.labelled(j)
	return s.SubmitWith(ctx, Call{Request: Request{ID: j.ClientRequestId, Name: j.Name, Recorded: recorded}, Job: j,
		Send: func(ctx context.Context) (*api.Job, error) {
			created, err := s.jobs().Create(s.Project, s.Region, j).Context(ctx).Do()
			return created, Discreet(s.Op, s.Resource(j.Name), "print errors.Unwrap of the cause, which is Dataflow's own text and may hold user data, "+
				"and compare the options with the plan: run with --dry_run", err)
		}})
}

// create sends the call until it is answered. It returns this request's job or another that has the name. With an error,
// unsure says that an earlier call, whose answer was lost, may have created the job.
func (s *Service) create(ctx context.Context, c Call) (created *api.Job, unsure bool, err error) {
	defer s.Progress.Step("submitting job " + c.Job.Name)()
	calls := 0
	sending, stop := context.WithTimeout(ctx, s.Pace.SubmitTimeout)
	defer stop()
	err = s.send(sending, c, func(ctx context.Context) (err error) {
		calls++
		if created, err = c.Send(ctx); err == nil && (created == nil || created.Id == "") {
			err = errors.New("got an answer that names no job")
		}
		return err
	})
	switch {
	case err == nil && (c.Once || created.ClientRequestId == "" || created.ClientRequestId == c.Request.ID):
		return created, false, nil
	case err == nil || gcperr.Code(err) == cmekpipe.AlreadyExists:
		ours, other, err := s.taken(ctx, c.Request, c.Job)
		return ours, calls > 1 && other == nil && !c.Once, err
	}
	if sending.Err() != nil && ctx.Err() == nil {
		return nil, true, &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Unavailable, Resource: s.Resource(c.Job.Name),
			Hint: "check https://status.cloud.google.com/products/Dataflow; the next launch from this staging location searches for the job",
			Err:  fmt.Errorf("got no answer to calls that create the job within %v: %w", s.Pace.SubmitTimeout, gcperr.Code(err))}
	}
	unsure = calls > 1 && !c.Once || gcperr.Code(err) == cmekpipe.Unavailable && !turnedAway(err)
	return nil, unsure, gcperr.Wrap(s.Op, s.Resource(c.Job.Name), s.Key, err)
}

// taken reads the job that already has the name. It may be ours, of an attempt whose answer was lost; any other is
// never adopted, whatever its key, but the error says which key it has. Neither may be visible yet.
func (s *Service) taken(ctx context.Context, r Request, j *api.Job) (ours, other *api.Job, err error) {
	start := time.Now()
	for n := 0; ; n++ {
		if ours, _, err = s.find(ctx, r); ours != nil {
			return ours, nil, nil
		}
		if err == nil {
			other, err = s.activeExcept(ctx, j.Name, j.ReplaceJobId)
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil || other != nil || time.Since(start) >= s.Pace.VisibilityTimeout {
			return nil, other, s.nameTaken(other, j, err)
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, nil, err
		}
	}
}

// activeExcept returns an active job of a name, but not the one that is to be replaced.
func (s *Service) activeExcept(ctx context.Context, name, replaced string) (*api.Job, error) {
	jobs, err := s.active(ctx, name)
	for _, j := range jobs {
		if j.Id != replaced {
			return j, nil
		}
	}
	return nil, err
}

// nameTaken is the error of a job whose name another job has, which may not be visible.
func (s *Service) nameTaken(other, j *api.Job, err error) error {
	resource, reason := s.Resource(j.Name), "got a job of the same name that is active"
	hint := "set another job_name; find the job: gcloud dataflow jobs list --status=active --filter=name=" + j.Name +
		" --project=" + s.Project + " --region=" + s.Region
	if other != nil {
		hint = "set another job_name, or cancel that job first: " + s.cancelCommand(other.Id)
	}
	switch {
	case err != nil:
		reason += "; its key could not be read: " + gcperr.Code(err).Error()
	case other == nil:
		reason += ", or was a moment ago"
	case keyOf(other) == "":
		resource, reason = s.Resource(other.Id), reason+", and it has no key; this launch asks for "+s.Key.String()
	default:
		resource = s.Resource(other.Id)
		reason += ", encrypted with " + keyOf(other) + "; this launch asks for " + s.Key.String()
	}
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.AlreadyExists, Resource: resource,
		Hint: hint, Err: errors.New(reason)}
}

// abandon finds and cancels the job of a create call that was interrupted or whose answers were lost. It returns why.
func (s *Service) abandon(ctx context.Context, r Request, why error) (Submission, error) {
	after, stop := context.WithTimeout(context.WithoutCancel(ctx), s.Pace.StopTimeout)
	defer stop()
	ours, err := s.await(after, r)
	switch {
	case err != nil:
		return Submission{Open: true}, errors.Join(why, s.unseen(r.Name, err))
	case ours == nil:
		return Submission{Open: true}, why
	}
	stopped, err := s.cancel(ctx, ours.Id, why)
	return Submission{Open: !stopped}, err
}

// unseen is the error of a job that may run and could not be searched for.
func (s *Service) unseen(name string, err error) error {
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Internal, Resource: s.Resource(name), Err: err,
		Hint: "a job may run whose key was not verified; list it: gcloud dataflow jobs list --status=active" +
			" --filter=name=" + name + " --project=" + s.Project + " --region=" + s.Region}
}
