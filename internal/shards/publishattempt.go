package shards

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"cloud.google.com/go/storage"
	"golang.org/x/sync/errgroup"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// parallel is how many objects are copied or deleted at a time.
const parallel = 16

// shard is a part and the name that it is copied to.
type shard struct {
	Part
	from, to cmekpipe.Object

	temp  int64 // generation of from; 0 if it does not exist
	tried bool  // a copy was started
	made  int64 // generation of to that this attempt created; 0 if none or unknown
}

// publishAttempt is one attempt at publishing. The temporary object of the first shard is its witness: it is deleted
// first, after all shards have been copied. As long as it exists, all other temporary objects do.
type publishAttempt struct {
	store  *keyedgcs.Store
	output Output
	shards []*shard          // at least one
	extra  []cmekpipe.Object // temporary objects of failed attempts
}

// findParts finds the temporary objects and reports whether an earlier attempt has published them all.
func (p *publishAttempt) findParts(ctx context.Context) (done bool, err error) {
	if err := p.listFolders(ctx); err != nil {
		return false, err
	}
	if p.shards[0].temp == 0 {
		return true, each(p.shards, func(s *shard) error { return p.confirm(ctx, s) })
	}
	for _, s := range p.shards {
		if s.temp == 0 {
			return false, p.lost(s.from)
		}
	}
	return false, nil
}

// listFolders lists the folders that parts are in.
func (p *publishAttempt) listFolders(ctx context.Context) error {
	byName, folders := make(map[string]*shard, len(p.shards)), map[string]bool{}
	for _, s := range p.shards {
		byName[s.Name] = s
		folder, _ := p.output.folderOf(s.Name) // checked when the shards were numbered
		folders[folder] = true
	}
	var mu sync.Mutex
	return each(slices.Collect(maps.Keys(folders)), func(folder string) error {
		for attrs, err := range p.store.List(ctx, p.output.Object, folder) {
			if err != nil {
				return err
			}
			if s := byName[attrs.Name]; s != nil {
				s.temp = attrs.Generation
				continue
			}
			extra, err := p.output.sibling(attrs.Name)
			if err != nil {
				return err
			}
			mu.Lock()
			p.extra = append(p.extra, extra)
			mu.Unlock()
		}
		return nil
	})
}

// confirm checks that an earlier attempt published a shard.
func (p *publishAttempt) confirm(ctx context.Context, s *shard) error {
	attrs, err := p.store.Stat(ctx, s.to)
	switch {
	case errors.Is(err, cmekpipe.NotFound):
		return p.lost(s.from)
	case err != nil:
		return err
	case !s.holds(attrs):
		return p.lost(s.from)
	}
	return nil
}

func (p *publishAttempt) lost(temp cmekpipe.Object) error {
	return &cmekpipe.Error{Op: p.output.Op, Code: cmekpipe.NotFound, Resource: temp.String(),
		Hint: "check whether a lifecycle rule of the bucket or another program deletes temporary objects, and launch the job again: gcloud storage buckets describe gs://" + temp.Bucket() + " --format='json(lifecycle_config)'",
		Err:  errors.New("got neither the temporary object nor the shard that it was copied to")}
}

// holds reports whether an object has the shard's bytes and is encrypted with its key.
func (s *shard) holds(attrs *storage.ObjectAttrs) bool {
	return attrs.Size == s.Size && int64(attrs.CRC32C) == s.CRC32C && keyedgcs.Encrypted(s.to, attrs)
}

// copyAll copies the temporary objects to their final names. After a failure it starts no further copy but waits for those
// in progress, so that undo knows of them.
func (p *publishAttempt) copyAll(ctx context.Context) error {
	return each(p.shards, func(s *shard) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.tried = true
		attrs, err := p.store.Copy(ctx, s.from, s.temp, s.to)
		if err != nil {
			return err
		}
		s.made = attrs.Generation
		if !s.holds(attrs) {
			return &cmekpipe.Error{Op: p.output.Op, Code: cmekpipe.Corrupted, Resource: s.to.String(),
				Hint: explain.Remedy(explain.Case{Code: cmekpipe.Corrupted}),
				Err: fmt.Errorf("got a copy of %d bytes with CRC32C %08x, want %d with %08x",
					attrs.Size, attrs.CRC32C, s.Size, s.CRC32C)}
		}
		return nil
	})
}

// undo deletes the shards that this attempt published, as far as possible. It changes nothing if another attempt has
// published all of them.
func (p *publishAttempt) undo(ctx context.Context) {
	ctx, cancel := keyedgcs.Cleanup(ctx)
	defer cancel()
	if _, err := p.store.Stat(ctx, p.shards[0].from); errors.Is(err, cmekpipe.NotFound) {
		return
	}
	each(p.shards, func(s *shard) error { //nolint:errcheck // the failure that led here says more
		generation := s.made
		if s.tried && generation == 0 {
			// The answer to the copy was lost.
			if attrs, err := p.store.Stat(ctx, s.to); err == nil && s.holds(attrs) {
				generation = attrs.Generation
			}
		}
		if generation != 0 {
			p.store.Remove(ctx, s.to, generation) //nolint:errcheck // see above
		}
		return nil
	})
}

// deleteTemporary deletes all temporary objects that were found, including those of failed attempts.
func (p *publishAttempt) deleteTemporary(ctx context.Context) error {
	if err := p.removeTemp(ctx, p.shards[0].from); err != nil {
		return err
	}
	temps := p.extra
	for _, s := range p.shards[1:] {
		if s.temp != 0 {
			temps = append(temps, s.from)
		}
	}
	return each(temps, func(o cmekpipe.Object) error { return p.removeTemp(ctx, o) })
}

func (p *publishAttempt) removeTemp(ctx context.Context, o cmekpipe.Object) error {
	err := p.store.Remove(ctx, o, 0)
	if errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	return err
}

// each calls do for all values, several at a time, and returns the first error. After an error it starts no more calls.
func each[T any](values []T, do func(T) error) error {
	g, failed := errgroup.WithContext(context.Background())
	g.SetLimit(parallel)
	for _, v := range values {
		if failed.Err() != nil {
			break
		}
		g.Go(func() error { return do(v) })
	}
	return g.Wait()
}
