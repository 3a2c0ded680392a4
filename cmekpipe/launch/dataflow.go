package launch

import (
	"context"

	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// dataflow launches on Dataflow. What needs no service comes first, and nothing is written before guard, options and
// buckets are in order.
func (l *launcher) dataflow(ctx context.Context) error {
	return l.proposed(ctx, func(ctx context.Context, p *plan) error {
		c, err := session.Connect(ctx, op, l.opts, l.shared())
		if err != nil {
			return err
		}
		defer c.Storage.Close() //nolint:errcheck // every upload was closed and checked by itself
		if err := l.prepare(ctx, c, p); err != nil {
			return err
		}
		if l.makesTemplate() {
			return l.template(ctx, c, p)
		}
		if err := l.submit(ctx, c, p); err != nil || l.opts.Config().Async {
			return err
		}
		err = l.watch(ctx, c.Jobs)
		if ctx.Err() == nil && jobs.Ended(l.result.Job.State) {
			l.readMetrics(ctx, c.Jobs, p)
		}
		return err
	})
}

// prepare brings everything into place that the job needs, and gives the plan the job to submit. A bucket that is
// missing is found before the worker is built.
func (l *launcher) prepare(ctx context.Context, c *session.Services, p *plan) error {
	if err := c.Buckets(ctx, l.places()...); err != nil {
		return err
	}
	if len(p.foreign) > 0 { // whose workers name no key there: Beam's Java SDK writes file loads to tempLocation
		if err := c.KeyedBuckets(ctx, l.opts.Config().TempLocation); err != nil {
			return err
		}
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
	return cargo.send(ctx, c.Storage)
}

// places are those whose buckets must be there.
func (l *launcher) places() []string {
	config := l.opts.Config()
	places := []string{config.StagingLocation, config.TempLocation}
	if l.makesTemplate() {
		places = append(places, config.TemplateLocation)
	}
	return places
}
