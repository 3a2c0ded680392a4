package session

import (
	"context"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/dataflowclient"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/storageclient"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/staging"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Services are what a launch on Dataflow talks to.
type Services struct {
	// Settings are the launch's.
	Settings
	// Storage reaches Cloud Storage. The caller closes it.
	Storage *storage.Client
	// Jobs reaches the jobs of the options' project and region.
	Jobs *jobs.Service

	opts *cmekpipe.Options
}

// Connect reaches the services of a launch. op is the operation that all errors name.
func Connect(ctx context.Context, op string, opts *cmekpipe.Options, s Settings) (*Services, error) {
	files, err := storageclient.New(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage", opts.Key(), err)
	}
	files.SetRetry(storage.WithMaxAttempts(s.Pace.Attempts),
		storage.WithBackoff(gax.Backoff{Initial: s.Pace.Initial, Max: s.Pace.Max, Multiplier: 2}))
	service, err := dataflowclient.New(ctx)
	if err != nil {
		files.Close() //nolint:errcheck // nothing was written
		return nil, gcperr.Wrap(op, "Dataflow", opts.Key(), err)
	}
	return &Services{Settings: s, Storage: files, opts: opts, Jobs: &jobs.Service{
		Op: op, Project: opts.Project(), Region: opts.Region(), Key: opts.Key(), API: service,
		Pace: s.Pace, Progress: s.Progress,
	}}, nil
}

// Staging is the staging location of the options.
func (s *Services) Staging() staging.Area {
	return staging.Area{Op: s.Jobs.Op, Client: s.Storage, Location: s.opts.StagingLocation().String(), Key: s.opts.Key(),
		Pace: s.Pace.Policy, Progress: s.Progress}
}
