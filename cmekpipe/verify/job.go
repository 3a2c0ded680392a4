package verify

import (
	"cmp"
	"context"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// job is the check of the job: the one of the plan's id, or else the newest of its name.
func (v *verifier) job() check {
	p := v.plan
	resource := "projects/" + p.Project + "/locations/" + p.Region + "/jobs/" + cmp.Or(p.JobID, p.JobName, "(no name yet)")
	permission := "dataflow.jobs.get"
	if p.JobID == "" {
		permission += " and dataflow.jobs.list"
	}
	return compareKeys(resource, []cmekpipe.KeyName{p.Key}, permission, func(ctx context.Context, report report) error {
		if p.JobID == "" && p.JobName == "" {
			return undetermined{"got a plan whose job has no name yet", "verify the Plan of launch.Run's Result, or set job_name"}
		}
		service, err := dataflowclient.New(ctx)
		if err != nil {
			return err
		}
		api, id := service.Projects.Locations.Jobs, p.JobID
		if id == "" {
			if id, err = newest(ctx, api, p); err != nil {
				return err
			}
		}
		job, err := api.Get(p.Project, p.Region, id).View(jobs.ViewAll).Context(ctx).Do()
		if err != nil {
			return err
		}
		reported := ""
		if job.Environment != nil {
			reported = job.Environment.ServiceKmsKeyName
		}
		report(resource, reported)
		return nil
	})
}

// newest returns the id of the newest job of the plan's name.
func newest(ctx context.Context, jobs *api.ProjectsLocationsJobsService, p *plan.Plan) (id string, err error) {
	var found *api.Job
	err = jobs.List(p.Project, p.Region).Name(p.JobName).Pages(ctx, func(page *api.ListJobsResponse) error {
		for _, job := range page.Jobs {
			if job.Name == p.JobName && (found == nil || job.CreateTime > found.CreateTime) {
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
