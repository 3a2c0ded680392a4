// Package dataflowjob creates jobs on Dataflow and proves that they rest under the key. A job whose key is not proven is
// never left running.
package dataflowjob

import (
	"context"
	"slices"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/pace"
	"github.com/cmekpipe/cmekpipe-go/internal/progress"
)

// The views of a job. Only ViewAll holds its environment, and so its key.
const (
	ViewSummary = "JOB_VIEW_SUMMARY"
	ViewAll     = "JOB_VIEW_ALL"
)

// The states that a job never leaves, as Dataflow spells them.
const (
	Done      = "JOB_STATE_DONE"
	Failed    = "JOB_STATE_FAILED"
	Cancelled = "JOB_STATE_CANCELLED"
	Updated   = "JOB_STATE_UPDATED"
	Drained   = "JOB_STATE_DRAINED"
)

// Ended reports whether a job never leaves a state.
func Ended(state string) bool {
	return slices.Contains([]string{Done, Failed, Cancelled, Updated, Drained}, state)
}

// Service is the jobs of one project in one region that rest under one key. All fields are required.
type Service struct {
	// Op is the operation that errors name.
	Op string
	// Project and Region are where the jobs run.
	Project, Region string
	// Key is the key that every job must have.
	Key cmekpipe.KeyName
	// API reaches Dataflow.
	API *api.Service
	// Pace is how often Dataflow is asked and how long a job may take to stop.
	Pace pace.Pace
	// Progress takes a line for what takes long.
	Progress *progress.Progress
}

// Resource is the full name of a job.
func (s *Service) Resource(id string) string {
	return "projects/" + s.Project + "/locations/" + s.Region + "/jobs/" + id
}

// Get reads a job.
func (s *Service) Get(ctx context.Context, id, view string) (job *api.Job, err error) {
	err = s.Pace.Retry(ctx, func(ctx context.Context) (err error) {
		job, err = s.jobs().Get(s.Project, s.Region, id).View(view).Context(ctx).Do()
		return err
	})
	return job, err
}

// Active returns the active job of a name with everything about it, or nil if there is none.
func (s *Service) Active(ctx context.Context, name string) (*api.Job, error) {
	var found *api.Job
	err := s.Pace.Retry(ctx, func(ctx context.Context) error {
		found = nil
		return s.jobs().List(s.Project, s.Region).Filter("ACTIVE").Name(name).Pages(ctx,
			func(page *api.ListJobsResponse) error {
				for _, j := range page.Jobs {
					if j.Name == name {
						found = j
					}
				}
				return nil
			})
	})
	if err != nil || found == nil {
		return nil, err
	}
	return s.Get(ctx, found.Id, ViewAll)
}

func (s *Service) jobs() *api.ProjectsLocationsJobsService { return s.API.Projects.Locations.Jobs }
