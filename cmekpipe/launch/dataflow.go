package launch

import (
	"context"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflowjob"
	"github.com/cmekpipe/cmekpipe-go/internal/endpoint"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// dataflow launches on Dataflow. What needs no service comes first, and nothing is written before guard, options and
// buckets are in order.
func (l *launcher) dataflow(ctx context.Context) error {
	if err := checkEnvironment(); err != nil {
		return err
	}
	if err := checkDataflow(l.opts); err != nil {
		return err
	}
	return l.guarded(ctx, func(ctx context.Context) error {
		if err := checkLocal(l.result.Coverage); err != nil {
			return err
		}
		c, err := l.connect(ctx)
		if err != nil {
			return err
		}
		defer c.storage.Close() //nolint:errcheck // every upload was closed and checked by itself
		p, err := l.prepare(ctx, c)
		if err != nil {
			return err
		}
		if err := l.submit(ctx, c.jobs, p); err != nil || l.opts.Config().Async {
			return err
		}
		if err := l.watch(ctx, c.jobs); err != nil {
			return err
		}
		l.readMetrics(ctx, c.jobs, p)
		return nil
	})
}

// clients are the services that a launch on Dataflow talks to.
type clients struct {
	storage *storage.Client
	jobs    *dataflowjob.Service
}

func (l *launcher) connect(ctx context.Context) (*clients, error) {
	files, err := endpoint.Storage(ctx)
	if err != nil {
		return nil, gcperr.Wrap(op, "Cloud Storage", l.opts.Key(), err)
	}
	files.SetRetry(storage.WithMaxAttempts(l.pace.Attempts),
		storage.WithBackoff(gax.Backoff{Initial: l.pace.First, Max: l.pace.Most, Multiplier: 2}))
	service, err := endpoint.Dataflow(ctx)
	if err != nil {
		files.Close() //nolint:errcheck // nothing was written
		return nil, gcperr.Wrap(op, "Dataflow", l.opts.Key(), err)
	}
	return &clients{files, &dataflowjob.Service{
		Op: op, Project: l.opts.Project(), Region: l.opts.Region(), Key: l.opts.Key(), API: service,
		Pace: l.pace, Progress: l.progress,
	}}, nil
}

// prepare brings everything into place that a job needs and returns the plan with the job to submit.
func (l *launcher) prepare(ctx context.Context, c *clients) (*plan, error) {
	p, err := l.translate(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.checkBuckets(ctx, c.storage); err != nil {
		return nil, err
	}
	if err := l.look(ctx, c, p); err != nil {
		return nil, err
	}
	worker, remove, err := l.worker(ctx)
	if err != nil {
		return nil, err
	}
	defer remove()
	return p, l.stage(ctx, c.storage, p, worker)
}
