// Package jobs creates jobs on Dataflow and checks that Dataflow reports the wanted key for them. A job whose key is not
// confirmed is never left running.
//
// Every job has its client request id twice: where Dataflow uses it to refuse a second job, and in the label [RequestLabel],
// together with a hash of the key; every full view of a job shows it. By the label a job is found after an answer was lost, and
// distinguished from another job of the same name, which is never adopted. A launch of a template has no client request id: its jobs have only the
// label, and the call is never repeated after an answer was lost, see [Call].
package jobs

import (
	"context"
	"net/http"
	"time"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
	"github.com/cmekpipe/cmekpipe-go/internal/retry"
)

// The views of a job. Only ViewAll holds its environment, and so its key.
const (
	ViewSummary = "JOB_VIEW_SUMMARY"
	ViewAll     = "JOB_VIEW_ALL"
)

// TypeStreaming is the type of a streaming job.
const TypeStreaming = "JOB_TYPE_STREAMING"

// StateOf returns the state of a job.
func StateOf(j *api.Job) job.State { return job.State(j.CurrentState) }

// Service reaches the jobs of one project in one region that have one key. All fields are required.
type Service struct {
	// Op is the operation that errors name.
	Op string
	// Project and Region are where the jobs run.
	Project, Region string
	// Key is the key that every job must have.
	Key cmekpipe.KeyName
	// API reaches Dataflow.
	API *api.Service
	// Pace is how often Dataflow is asked, and how long a job may take to become visible and to stop.
	Pace Timing
	// Progress gets a line for each slow step.
	Progress *progress.Progress
}

// Resource is the full name of a job.
func (s *Service) Resource(id string) string {
	return "projects/" + s.Project + "/locations/" + s.Region + "/jobs/" + id
}

// describe returns a job that was created, as a launch reports it.
func (s *Service) describe(created *api.Job, name string) *job.Job {
	return &job.Job{ID: created.Id, Name: name, Project: s.Project, Region: s.Region, Key: s.Key, State: StateOf(created)}
}

// Get reads a job.
func (s *Service) Get(ctx context.Context, id, view string) (j *api.Job, err error) {
	err = retry.Do(ctx, s.Pace.Policy, func(ctx context.Context) (err error) {
		j, err = s.jobs().Get(s.Project, s.Region, id).View(view).Context(ctx).Do()
		return err
	})
	return j, err
}

// Seen is Get for a job that exists but may not be visible yet.
func (s *Service) Seen(ctx context.Context, id, view string) (*api.Job, error) {
	start := time.Now()
	for n := 0; ; n++ {
		j, err := s.Get(ctx, id, view)
		if err == nil || gcperr.Code(err) != cmekpipe.NotFound || time.Since(start) >= s.Pace.VisibilityTimeout {
			return j, err
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return nil, err
		}
	}
}

// Active returns the newest active job of a name with everything about it, or nil if there is none.
func (s *Service) Active(ctx context.Context, name string) (*api.Job, error) {
	jobs, err := s.active(ctx, name)
	if err != nil || len(jobs) == 0 {
		return nil, err
	}
	return jobs[0], nil
}

// active returns the active jobs of a name, newest first. There are two while one replaces the other.
func (s *Service) active(ctx context.Context, name string) ([]*api.Job, error) {
	ids, _, err := s.list(ctx, name, "ACTIVE", time.Time{})
	if err != nil {
		return nil, err
	}
	return s.whole(ctx, ids)
}

// list returns the ids of the jobs of a name that were not created before since, in Dataflow's order: newest first. It also
// returns the time of the answer by Dataflow's clock, zero if the answer has none.
func (s *Service) list(ctx context.Context, name, filter string, since time.Time) (ids []string, now time.Time, err error) {
	err = retry.Do(ctx, s.Pace.Policy, func(ctx context.Context) error {
		ids = nil
		call := s.jobs().List(s.Project, s.Region).Name(name)
		if filter != "" {
			call = call.Filter(filter)
		}
		older := false
		for token := ""; !older; {
			page, err := call.PageToken(token).Context(ctx).Do()
			if err != nil {
				return err
			}
			if now, err = http.ParseTime(page.Header.Get("Date")); err != nil {
				now = time.Time{}
			}
			for _, j := range page.Jobs {
				if older = createdBefore(j, since); older {
					break
				}
				if j.Name == name {
					ids = append(ids, j.Id)
				}
			}
			if token = page.NextPageToken; token == "" {
				break
			}
		}
		return nil
	})
	return ids, now, err
}

// createdBefore reports whether a job is known to be older than a time.
func createdBefore(j *api.Job, t time.Time) bool {
	created, err := time.Parse(time.RFC3339Nano, j.CreateTime)
	return err == nil && created.Before(t)
}

// whole reads jobs in full, without those that are not visible yet or no longer exist.
func (s *Service) whole(ctx context.Context, ids []string) ([]*api.Job, error) {
	var jobs []*api.Job
	for _, id := range ids {
		j, err := s.Get(ctx, id, ViewAll)
		switch {
		case err == nil:
			jobs = append(jobs, j)
		case ctx.Err() != nil || gcperr.Code(err) != cmekpipe.NotFound:
			return nil, err
		}
	}
	return jobs, nil
}

func (s *Service) jobs() *api.ProjectsLocationsJobsService { return s.API.Projects.Locations.Jobs }
