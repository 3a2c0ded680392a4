package shards

import (
	"context"
	"errors"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// maxPasses is how many times settle reads all destinations.
const maxPasses = 8

// settle makes sure that every shard is published for good. Another attempt may fail and then delete what it copied, so this
// one copies those shards again: nobody else deletes its objects, and it won't either. It reads all destinations until a
// pass finds nothing to do.
func (p *publishAttempt) settle(ctx context.Context) error {
	var open []*shard
	for range maxPasses {
		var err error
		if open, err = p.unsettled(ctx); err != nil || len(open) == 0 {
			return err
		}
		if err := each(open, func(s *shard) error { return p.settleShard(ctx, s) }); err != nil {
			return err
		}
	}
	return p.output.conflict(open[0].to.Name())
}

// unsettled returns the shards whose destination is not a generation that stays.
func (p *publishAttempt) unsettled(ctx context.Context) (open []*shard, err error) {
	if _, err := p.listDestinations(ctx); err != nil {
		return nil, err
	}
	for _, s := range p.shards {
		// No attempt deletes what this one made: if it is gone, a reader of the shards has taken it away.
		taken := s.live == 0 && s.made != 0
		if !taken && (s.live == 0 || s.live != s.made && s.live != s.accepted) {
			open = append(open, s)
		}
	}
	return open, nil
}

// settleShard makes sure that one shard is published for good, or leaves that to the next pass.
func (p *publishAttempt) settleShard(ctx context.Context, s *shard) error {
	if _, err := p.read(ctx, s); err != nil {
		return err
	}
	if s.found == stranger {
		if err := p.findOlder(ctx, s); err != nil {
			return err
		}
	}
	switch {
	case s.live == 0 && s.made != 0:
		return nil
	case s.found == stranger:
		return p.output.conflict(s.to.Name())
	case s.found != ours:
		return p.copyShard(ctx, s)
	case s.live == s.made:
		return nil
	case s.made != 0:
		// Only an attempt that settles replaces a shard of its own run, and such an attempt deletes nothing.
		s.accepted = s.live
		return nil
	}
	return p.takeOver(ctx, s)
}

// takeOver copies a shard over the copy that another attempt made.
func (p *publishAttempt) takeOver(ctx context.Context, s *shard) error {
	theirs := s.live
	err := p.replace(ctx, s)
	switch {
	case errors.Is(err, cmekpipe.PreconditionFailed):
		return nil // the next pass reads it again
	case keyedgcs.IsRefusal(err):
		s.accepted = theirs // a retention policy or a hold protects it, also from the other attempt
		return nil
	}
	return err
}
