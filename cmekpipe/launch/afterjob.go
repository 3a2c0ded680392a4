package launch

import (
	"cmp"
	"context"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// job is the look at the job: the one of the draft's id, or else the newest of its name.
func (i *inspector) job() look {
	d := i.draft
	l := look{resource: "projects/" + d.Project + "/locations/" + d.Region + "/jobs/" + cmp.Or(d.JobID, d.JobName, madeUp),
		keys: []cmekpipe.KeyName{d.Key}, needs: "dataflow.jobs.get"}
	if d.JobID == "" {
		l.needs += " and dataflow.jobs.list"
	}
	l.run = func(ctx context.Context, report report) error {
		if d.JobID == "" && d.JobName == "" {
			return untold{"got a draft whose job has no name yet", "verify the Draft of launch.Run's Result, or set job_name"}
		}
		service, err := dataflowclient.New(ctx)
		if err != nil {
			return err
		}
		api, id := service.Projects.Locations.Jobs, d.JobID
		if id == "" {
			if id, err = newest(ctx, api, d); err != nil {
				return err
			}
		}
		job, err := api.Get(d.Project, d.Region, id).View(jobs.ViewAll).Context(ctx).Do()
		if err != nil {
			return err
		}
		reported := ""
		if job.Environment != nil {
			reported = job.Environment.ServiceKmsKeyName
		}
		report(l.resource, reported)
		return nil
	}
	return l
}

// newest returns the id of the newest job of the draft's name.
func newest(ctx context.Context, jobs *api.ProjectsLocationsJobsService, d *Draft) (id string, err error) {
	var found *api.Job
	err = jobs.List(d.Project, d.Region).Name(d.JobName).Pages(ctx, func(page *api.ListJobsResponse) error {
		for _, job := range page.Jobs {
			if job.Name == d.JobName && (found == nil || job.CreateTime > found.CreateTime) {
				found = job
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case found == nil:
		return "", errMissing()
	}
	return found.Id, nil
}
