package jobs

import (
	"context"
	"errors"
	"net/http"
	"time"

	api "google.golang.org/api/dataflow/v1b3"
	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// Call is a request to Dataflow that creates one job, with any method.
type Call struct {
	// Request identifies the job. The job has the label [RequestLabel] with the value of [Label].
	Request Request
	// Job is the requested job, as far as the caller knows it: name, job to replace, environment.
	Job *api.Job
	// Send sends the request once and returns the job of the answer.
	Send func(context.Context) (*api.Job, error)
	// Once says that Dataflow would create a second job if the request were sent again. A launch of a template is such a
	// request, because it has no client request id. It is retried only if it was refused with status 429. A job whose
	// answer was lost is searched for and verified.
	Once bool
}

// SubmitWith is [Service.Submit] for a job that another method creates.
func (s *Service) SubmitWith(ctx context.Context, c Call) (Submission, error) {
	if err := ctx.Err(); err != nil {
		return Submission{}, err
	}
	if c.Once {
		if err := s.free(ctx, c); err != nil {
			return Submission{}, err
		}
	}
	created, unsure, err := s.create(ctx, c)
	switch {
	case err == nil:
		return s.confirm(ctx, c, created)
	case ctx.Err() != nil:
		return s.abandon(ctx, c.Request, ctx.Err())
	case unsure && c.Once:
		return s.lost(ctx, c, err)
	case unsure:
		return s.abandon(ctx, c.Request, err)
	}
	return Submission{}, err
}

// free refuses a name that an active job has. A job that an answer names later was not visible before the call.
func (s *Service) free(ctx context.Context, c Call) error {
	other, err := s.activeExcept(ctx, c.Job.Name, c.Job.ReplaceJobId)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return gcperr.Wrap(s.Op, s.Resource(c.Job.Name), s.Key, err)
	case other != nil:
		return s.nameTaken(other, c.Job, nil)
	}
	return nil
}

// send retries the call unless that could create a second job.
func (s *Service) send(ctx context.Context, c Call, call func(context.Context) error) error {
	if !c.Once {
		return retry.Do(ctx, s.Pace.Policy, call)
	}
	var answer error
	err := retry.Do(ctx, s.Pace.Policy, func(ctx context.Context) error {
		if answer = call(ctx); turnedAway(answer) {
			return answer
		}
		return nil
	})
	if answer != nil {
		return answer
	}
	return err
}

// turnedAway reports whether a call was refused before it had any effect, and may be retried.
func turnedAway(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && e.Code == http.StatusTooManyRequests
}

// lost verifies the job of a call whose answer was lost, if there is one. It sends no second call.
func (s *Service) lost(ctx context.Context, c Call, why error) (Submission, error) {
	ours, err := s.await(ctx, c.Request)
	switch {
	case ctx.Err() != nil:
		return s.abandon(ctx, c.Request, ctx.Err())
	case err != nil:
		return Submission{Open: true}, errors.Join(why, s.unseen(c.Job.Name, err))
	case ours == nil:
		return Submission{Open: true}, why
	}
	return s.confirm(ctx, c, ours)
}

// confirm reads the created job back and verifies its key. An answer may name the job of another request. Only a job that is known
// to be this request's is cancelled, see owns.
func (s *Service) confirm(ctx context.Context, c Call, created *api.Job) (Submission, error) {
	id := created.Id
	stored, err := s.readBack(ctx, id)
	if stored == nil {
		stored = created
	}
	if err == nil && c.Request.Launcher {
		stored, err = s.decided(ctx, c, stored)
		created = stored
	}
	if err == nil && !s.created(c.Request, stored) {
		return s.foreign(ctx, c, stored)
	}
	if err == nil {
		err = s.judge(c, stored)
	}
	switch {
	case err != nil && !s.owns(c, created) && !s.owns(c, stored):
		return Submission{Open: true}, errors.Join(err, s.unowned(c.Request, id))
	case err != nil:
		stopped, err := s.cancel(ctx, id, err)
		return Submission{Open: !stopped}, err
	}
	return Submission{Job: s.describe(created, c.Job.Name)}, nil
}

// owns reports whether a job is known to be this request's: by its label, by the client request id that an answer repeats, or
// because Dataflow created it after the launch was recorded.
func (s *Service) owns(c Call, j *api.Job) bool {
	if s.created(c.Request, j) || !c.Once && c.Request.ID != "" && j.ClientRequestId == c.Request.ID {
		return true
	}
	created, err := time.Parse(time.RFC3339Nano, j.CreateTime)
	return err == nil && !c.Request.Recorded.IsZero() && !created.Before(c.Request.Recorded)
}

// unowned is the error of a job that an answer names, that could not be read and may be another request's, so that it is not
// cancelled.
func (s *Service) unowned(r Request, id string) error {
	return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Internal, Resource: s.Resource(id),
		Hint: "read its labels: gcloud dataflow jobs describe " + id + " --full --project=" + s.Project + " --region=" + s.Region +
			"; if " + RequestLabel + " is " + Label(r.ID, s.Key) + ", cancel it: " + s.cancelCommand(id),
		Err: errors.New("got a job that could not be read and may be another launch's; it was not cancelled")}
}

// decided waits for the launcher of a Flex Template, whose program may still name another key while the job is queued. It
// returns the job when it is no longer queued, or has a wrong key.
func (s *Service) decided(ctx context.Context, c Call, stored *api.Job) (*api.Job, error) {
	defer s.Progress.Step("waiting for the launcher of job " + stored.Id)()
	for n := 0; undecided(s.check(stored, c.Job), stored); n++ {
		if err := s.Pace.Wait(ctx, n); err != nil {
			return stored, err
		}
		next, err := s.Get(ctx, stored.Id, ViewAll)
		if err != nil {
			return stored, gcperr.Wrap(s.Op, s.Resource(stored.Id), s.Key, err)
		}
		stored = next
	}
	return stored, nil
}

// undecided reports whether a job waits for its launcher and has no wrong key yet.
func undecided(fault error, j *api.Job) bool {
	return StateOf(j) == job.Queued && (fault == nil || cmekpipe.CodeOf(fault) == cmekpipe.KeyMissing)
}

// judge compares a job with the request. A job that failed before its launcher ran it may have no key.
func (s *Service) judge(c Call, stored *api.Job) error {
	err := s.check(stored, c.Job)
	if c.Request.Launcher && StateOf(stored) == job.Failed && cmekpipe.CodeOf(err) == cmekpipe.KeyMissing {
		return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.JobFailed, Resource: s.Resource(stored.Id),
			Hint: "read the job's messages, and the launcher's console_logs in the staging location",
			Err:  errors.New("got a job that failed before it had a key")}
	}
	return err
}

// foreign handles an answer that names a job without the request's id. That job is left alone, unless it has no key and was
// created after the launch was recorded: then the call created it. The call's own job may run at the same time.
func (s *Service) foreign(ctx context.Context, c Call, stored *api.Job) (Submission, error) {
	taken := s.nameTaken(stored, c.Job, nil)
	switch {
	case !c.Once:
		return Submission{}, taken
	case keyOf(stored) == "" && s.owns(c, stored):
		stopped, err := s.cancel(ctx, stored.Id, s.check(stored, nil))
		return Submission{Open: !stopped}, err
	}
	ours, err := s.await(ctx, c.Request)
	switch {
	case ctx.Err() != nil:
		return s.abandon(ctx, c.Request, ctx.Err())
	case err != nil:
		return Submission{Open: true}, errors.Join(taken, s.unseen(c.Job.Name, err))
	case ours == nil:
		return Submission{}, taken
	}
	c.Once = false // it is not searched for a second time
	return s.confirm(ctx, c, ours)
}
