package shards

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// undoTime bounds undoing after the run has ended. Before that, only the calls themselves are bounded.
const undoTime = 30 * time.Second

// undo deletes the shards that this attempt published, or puts back what they replaced, as far as possible. It returns the
// error that led here, and says there which shards stay. It changes no object of another attempt, and nothing once another
// attempt has published all, or if that can't be told.
func (p *publishAttempt) undo(ctx context.Context, cause error) error {
	ctx, cancel := outlive(ctx)
	defer cancel()
	var unclear atomic.Bool
	var left atomic.Pointer[shard]
	var count atomic.Int64
	each(p.shards, func(s *shard) error { //nolint:errcheck // no call returns an error
		if !s.tried && s.found != ours {
			return nil
		}
		if !unclear.Load() {
			if _, err := p.store.Stat(ctx, p.witness.from); err != nil {
				unclear.Store(true)
			}
		}
		if unclear.Load() || !p.undoShard(ctx, s) {
			left.Store(s)
			count.Add(1)
		}
		return nil
	})
	e, ok := errors.AsType[*cmekpipe.Error](cause)
	if s := left.Load(); ok && s != nil {
		e.Err = fmt.Errorf("%w; %d of %d objects of this run may stay, such as %s", e.Err, count.Load(), len(p.shards), s.to)
	}
	return cause
}

// undoShard reports whether no object of this run is left where the shard was published.
func (p *publishAttempt) undoShard(ctx context.Context, s *shard) bool {
	if s.made == 0 {
		if _, err := p.read(ctx, s); err != nil {
			return false
		}
	}
	switch {
	case s.made != 0 && s.older.live == 0:
		err := p.store.Remove(ctx, s.to, s.made)
		return err == nil || errors.Is(err, cmekpipe.NotFound)
	case s.made != 0 || s.found == nobody && s.older.live != 0:
		return p.putBack(ctx, s)
	}
	return s.found != ours
}

// putBack copies the object that the shard replaced to the destination, over what this attempt put there. It reports whether
// nothing of this attempt is left.
func (p *publishAttempt) putBack(ctx context.Context, s *shard) bool {
	if s.older.kept == 0 {
		return false
	}
	object, err := s.olderObject()
	if err != nil {
		return false
	}
	_, err = p.store.CopyIfMatch(ctx, object, s.older.kept, s.to, s.made, nil)
	return err == nil || errors.Is(err, cmekpipe.PreconditionFailed) // another attempt replaced it
}

// outlive returns a context for undoing what ctx was used for. It ends some time after ctx does.
func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(undoTime)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-longer.Done():
		}
	})
	return longer, func() {
		stop()
		cancel()
	}
}
