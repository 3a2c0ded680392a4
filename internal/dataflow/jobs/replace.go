package jobs

import (
	"context"
	"errors"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// maxChain is how many jobs back a chain of updates is followed.
const maxChain = 100

// keysCovered is when streaming jobs began to encrypt the keys of their elements with the customer's key too: those created
// after 2024-03-07. Which hour of that day is not said, so that it is left out.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func keysCovered() time.Time { return time.Date(2024, 3, 8, 0, 0, 0, 0, time.UTC) }

// Replaceable is a running job that another with the same key may replace.
type Replaceable struct {
	// Job is the job with everything about it.
	Job *api.Job
	// Unseen is the id of the first job in the chain of updates that led to this one, if that job can't be read any more;
	// "" if all jobs of the chain were read.
	Unseen string
}

// Replaceable finds the job of a name that an update would replace, and refuses one whose state or successor would not
// be encrypted with the key. It changes nothing.
func (s *Service) Replaceable(ctx context.Context, name string) (*Replaceable, error) {
	j, err := s.current(ctx, name)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, gcperr.Wrap(s.Op, s.Resource(name), s.Key, err)
	}
	if j == nil {
		return nil, s.noJob(ctx, name)
	}
	refuse := func(code cmekpipe.Code, reason, hint string) error {
		return &cmekpipe.Error{Op: s.Op, Code: code, Resource: s.Resource(j.Id), Hint: hint, Err: errors.New(reason)}
	}
	if j.Type != TypeStreaming {
		return nil, refuse(cmekpipe.Unsupported, "got "+j.Type+", want a streaming job: no other can be updated",
			"wait for its end or cancel it, then launch without update")
	}
	if code, cause := keycheck.Compare([]cmekpipe.KeyName{s.Key}, keyOf(j)); code != "" {
		return nil, refuse(code, cause, "the key of a job's state never changes: launch with the key that the job has, or drain it and launch without update")
	}
	if got := s.elsewhere(j); got != "" {
		return nil, refuse(cmekpipe.LocationMismatch, "got "+got+", want "+s.Region, "drain it and launch without update")
	}
	if StateOf(j) != job.Running && StateOf(j) != job.Draining {
		return nil, refuse(cmekpipe.PreconditionFailed, "got a job in "+j.CurrentState+", want it in "+string(job.Running)+" or "+string(job.Draining),
			"wait until it runs; a job that is being cancelled is not updated: gcloud dataflow jobs describe "+j.Id+" --project="+s.Project+" --region="+s.Region)
	}
	first, unseen, err := s.chain(ctx, j)
	if err != nil {
		return nil, err
	}
	if created, err := time.Parse(time.RFC3339Nano, first.CreateTime); err != nil || created.Before(keysCovered()) {
		return nil, refuse(cmekpipe.Unsupported, "got a job whose state began with job "+first.Id+", created "+first.CreateTime+
			": streaming jobs created up to 2024-03-07 keep the keys of their elements outside the customer's key, and so does what replaces them",
			"drain it with launch.Drain, then launch without update")
	}
	return &Replaceable{j, unseen}, nil
}

// current returns the active job of a name, when no other is about to replace it any more.
func (s *Service) current(ctx context.Context, name string) (*api.Job, error) {
	start := time.Now()
	for n := 0; ; n++ {
		jobs, err := s.active(ctx, name)
		switch {
		case err != nil || len(jobs) == 0:
			return nil, err
		case len(jobs) == 1 && (StateOf(jobs[0]) != job.Pending && StateOf(jobs[0]) != job.Queued || time.Since(start) >= s.Pace.StopTimeout):
			return jobs[0], nil
		case time.Since(start) >= s.Pace.StopTimeout:
			return nil, &cmekpipe.Error{Op: s.Op, Code: cmekpipe.PreconditionFailed, Resource: s.Resource(jobs[0].Id),
				Hint: "wait until it has, or cancel it", Err: errors.New("got a job that is about to replace job " + jobs[1].Id)}
		case n == 0:
			defer s.Progress.Step("waiting for job " + jobs[0].Id + " to start")()
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}

// chain follows the updates that led to a job back to the first that can be read: each job passes its state to the
// next. It also returns the id of the one before that, if there was one.
func (s *Service) chain(ctx context.Context, j *api.Job) (first *api.Job, unseen string, err error) {
	for range maxChain {
		if j.ReplaceJobId == "" {
			return j, "", nil
		}
		before, err := s.Get(ctx, j.ReplaceJobId, ViewAll)
		switch {
		case ctx.Err() != nil:
			return nil, "", ctx.Err()
		case err != nil && gcperr.Code(err) == cmekpipe.NotFound:
			return j, j.ReplaceJobId, nil
		case err != nil:
			return nil, "", gcperr.Wrap(s.Op, s.Resource(j.ReplaceJobId), s.Key, err)
		}
		j = before
	}
	return j, j.ReplaceJobId, nil
}

// noJob is the error of a name that no active job has in the region. It says where else one does.
func (s *Service) noJob(ctx context.Context, name string) error {
	e := &cmekpipe.Error{Op: s.Op, Code: cmekpipe.NotFound, Resource: s.Resource(name),
		Err: errors.New("got no active job of this name to update"), Hint: "launch without update"}
	var elsewhere *api.Job
	// The search is for a better error only, so that its own doesn't count.
	_ = s.API.Projects.Jobs.Aggregated(s.Project).Filter("ACTIVE").Pages(ctx, func(page *api.ListJobsResponse) error {
		for _, j := range page.Jobs {
			if j.Name == name && j.Location != s.Region {
				elsewhere = j
			}
		}
		return nil
	})
	if elsewhere != nil {
		e.Code, e.Resource = cmekpipe.LocationMismatch, "projects/"+s.Project+"/locations/"+elsewhere.Location+"/jobs/"+elsewhere.Id
		e.Err = errors.New("got a job of this name in " + elsewhere.Location + ", want it in " + s.Region)
		e.Hint = "set the region to " + elsewhere.Location + ", with a key there"
	}
	return e
}

// AfterFailedUpdate describes the state of a job that was to be replaced, for a person to read.
func (s *Service) AfterFailedUpdate(ctx context.Context, id string) string {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.Pace.StopTimeout)
	defer stop()
	old, err := s.Get(ctx, id, ViewSummary)
	switch {
	case err != nil:
		return "the state of job " + id + ", which it was to replace, could not be read: " + gcperr.Code(err).Error()
	case StateOf(old) == job.Updated:
		return "job " + id + " was replaced already, so that no job of the name runs; launch without update"
	case StateOf(old).Ended():
		return "job " + id + ", which it was to replace, is in " + old.CurrentState
	}
	return "job " + id + ", which it was to replace, continues in " + old.CurrentState
}
