package launch

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/session"
)

// Plan returns what [Run] would do with the same arguments: the request, the files, the destinations and what there is to
// say about them. It calls no service and writes nothing, but for one thing that stays on this machine: if the options
// name no worker binary, it builds one to know its hash, as Run does, and removes it. That takes seconds to minutes, and
// the goroutine of main; a pipeline that is planned often, such as in a test, should name any file as WorkerBinary.
//
// It does not ask expansion services either, so that the files of other SDKs may have no names yet; see [Draft] for what is
// left out then. What Run checks at services is not checked here: whether buckets exist and where they are, whether a job has the name,
// whether anybody may use the key.
//
// Where Run would refuse without a call, Plan returns the same error with the code that Run's has. The [Draft] is as
// complete as the plan got, so that the findings on a pipeline that guard refuses are there; it is nil only where there is
// no pipeline that could be looked at.
func Plan(ctx context.Context, opts *cmekpipe.Options, p *beam.Pipeline, os ...Option) (*Draft, error) {
	l, err := newLauncher(ctx, opts, p, os)
	if err == nil {
		err = l.plan(ctx)
	}
	return l.result.Draft, asOf("launch.Plan", err)
}

// plan leaves the draft in the result.
func (l *launcher) plan(ctx context.Context) error {
	if l.runner() == onDataflow {
		return l.proposed(ctx, l.propose)
	}
	return l.guarded(ctx, func(context.Context) error { return nil })
}

// proposed makes every check of a launch on Dataflow that needs no call, and passes the translated pipeline on.
func (l *launcher) proposed(ctx context.Context, launch func(context.Context, *plan) error) error {
	if err := session.CheckEnvironment(op); err != nil {
		return err
	}
	if err := checkDataflow(l.opts); err != nil {
		return err
	}
	return l.guarded(ctx, func(ctx context.Context) error {
		if err := checkLocal(l.result.Coverage); err != nil {
			return err
		}
		p, err := l.translate(ctx)
		if err != nil {
			return err
		}
		return launch(ctx, p)
	})
}

// propose completes the draft.
func (l *launcher) propose(ctx context.Context, p *plan) error {
	c, err := l.load(ctx, p, false)
	if err != nil {
		return err
	}
	c.close()
	return nil
}

// asOf puts the name of another operation into errors that name Run.
func asOf(name string, err error) error {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Op == op {
		e.Op = name
	}
	return err
}
