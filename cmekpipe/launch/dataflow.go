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
	return l.proposed(ctx, func(ctx context.Context, p *plan) error {
		c, err := l.connect(ctx)
		if err != nil {
			return err
		}
		defer c.storage.Close() //nolint:errcheck // every upload was closed and checked by itself
		if err := l.prepare(ctx, c, p); err != nil {
			return err
		}
		if l.makesTemplate() {
			return l.template(ctx, c, p)
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

// prepare brings everything into place that the job needs, and gives the plan the job to submit. A bucket that is
// missing is found before the worker is built.
func (l *launcher) prepare(ctx context.Context, c *clients, p *plan) error {
	if err := l.checkBuckets(ctx, c.storage); err != nil {
		return err
	}
	if err := l.checkForeignTemp(ctx, c.storage, p); err != nil {
		return err
	}
	if !l.makesTemplate() { // which starts no job that others could be beside
		if err := l.look(ctx, c, p); err != nil {
			return err
		}
	}
	cargo, err := l.load(ctx, p, true)
	if err != nil {
		return err
	}
	defer cargo.close()
	return cargo.send(ctx, c.storage)
}
