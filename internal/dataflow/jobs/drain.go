package jobs

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// Drainable waits until a streaming job runs, so that it can be drained, or has ended. It refuses any other job.
func (s *Service) Drainable(ctx context.Context, id string) error {
	for n := 0; ; n++ {
		job, err := s.seen(ctx, id, ViewSummary)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return gcperr.Wrap(s.Op, s.Resource(id), s.Key, err)
		case job.Type != streaming:
			return &cmekpipe.Error{Op: s.Op, Code: cmekpipe.Unsupported, Resource: s.Resource(id),
				Hint: "wait for its end, or cancel it", Err: errors.New("got " + job.Type + ", want a streaming job: no other can be drained")}
		case job.CurrentState != pending && job.CurrentState != queued:
			return nil
		}
		if err := s.Pace.Wait(ctx, n); err != nil {
			return err
		}
	}
}
