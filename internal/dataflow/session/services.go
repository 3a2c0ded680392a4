package session

import (
	"context"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/job"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Services are the services that a launch on Dataflow calls.
type Services struct {
	// Settings are the launch's.
	Settings
	// Storage reaches Cloud Storage. The caller closes it.
	Storage *storage.Client
	// Jobs reaches the jobs of the options' project and region.
	Jobs *jobs.Service
	// Findings are what the checks of buckets found and did not refuse.
	Findings rule.Findings

	opts    *cmekpipe.Options
	buckets map[string]*storage.BucketAttrs // those that were read
}

// Connect reaches the services of a launch. op is the operation that all errors name.
func Connect(ctx context.Context, op string, opts *cmekpipe.Options, s Settings) (*Services, error) {
	files, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage", opts.Key(), err)
	}
	files.SetRetry(storage.WithMaxAttempts(s.Pace.Attempts),
		storage.WithBackoff(gax.Backoff{Initial: s.Pace.Initial, Max: s.Pace.Max, Multiplier: 2}))
	service, err := connectJobs(ctx, op, "Dataflow", job.Job{Project: opts.Project(), Region: opts.Region(), Key: opts.Key()}, s)
	if err != nil {
		files.Close() //nolint:errcheck // nothing was written
		return nil, err
	}
	return &Services{Settings: s, Storage: files, opts: opts, Jobs: service, buckets: make(map[string]*storage.BucketAttrs)}, nil
}

// JobsOf reaches the jobs of a job's project and region.
func JobsOf(ctx context.Context, op string, j *job.Job, s Settings) (*jobs.Service, error) {
	if err := CheckEnvironment(op); err != nil {
		return nil, err
	}
	return connectJobs(ctx, op, j.String(), *j, s)
}

// connectJobs reaches the jobs that are in the place of j and have its key.
func connectJobs(ctx context.Context, op, resource string, j job.Job, s Settings) (*jobs.Service, error) {
	service, err := dataflowclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, resource, j.Key, err)
	}
	return &jobs.Service{Op: op, Project: j.Project, Region: j.Region, Key: j.Key, API: service, Pace: s.Pace, Progress: s.Progress}, nil
}

// Staging is the staging location of the options.
func (s *Services) Staging() staging.Area { return StagingOf(s.Jobs.Op, s.opts, s.Settings, s.Storage) }

// StagingOf is the staging location of options. Without a client it names files, and sends none.
func StagingOf(op string, opts *cmekpipe.Options, s Settings, client *storage.Client) staging.Area {
	return staging.Area{Op: op, Client: client, Location: opts.StagingLocation().String(), Key: opts.Key(),
		Day: staging.Day(s.Now()), Pace: s.Pace.Policy, Progress: s.Progress}
}
