package shards

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// publishAttempt is one attempt at publishing. Others of the same run may be at work at the same time, and one of them may
// have been killed anywhere.
//
// The steps are: copy what no attempt has copied (copyAll); make sure that no other attempt deletes a shard (settle); delete
// the witness; delete the other temporary objects. So the other temporary objects exist as long as the witness does, and
// when the witness is gone, all shards are published. An attempt that fails in the first step undoes what it did (undo);
// one that got further never does.
type publishAttempt struct {
	store       *keyedgcs.Store
	output      Output
	contentType string
	id          string // of this attempt
	witness     *shard
	shards      []*shard // at least one
}

// findParts finds the temporary objects and reports whether an earlier attempt has published them all.
func (p *publishAttempt) findParts(ctx context.Context) (done bool, err error) {
	if _, err := p.listFolders(ctx); err != nil {
		return false, err
	}
	if p.witness.temp == 0 {
		return true, p.confirm(ctx)
	}
	for _, s := range p.shards {
		if s.temp == 0 {
			return false, p.output.lost(s.from)
		}
	}
	return false, nil
}

// listFolders lists all objects in the folders that parts are in, those of failed attempts included, except the witness.
func (p *publishAttempt) listFolders(ctx context.Context) (temps []keyedgcs.Version, err error) {
	byName, folders := make(map[string]*shard, len(p.shards)), map[string]bool{}
	for _, s := range append([]*shard{p.witness}, p.shards...) {
		byName[s.Name], byName[s.Name+olderSuffix] = s, s
		folder, _ := p.output.folderOf(s.Name) // checked when the shard was named
		folders[folder] = true
	}
	var mu sync.Mutex
	err = each(slices.Collect(maps.Keys(folders)), func(folder string) error {
		for attrs, err := range p.store.List(ctx, p.witness.from, folder) {
			if err != nil {
				return err
			}
			switch s := byName[attrs.Name]; {
			case s == nil:
			case s.Name != attrs.Name:
				s.older.kept = attrs.Generation
			default:
				s.temp = attrs.Generation
			}
			if attrs.Name == p.witness.Name {
				continue
			}
			object, err := keyedgcs.Sibling(p.witness.from, attrs.Name)
			if err != nil {
				return err
			}
			mu.Lock()
			temps = append(temps, keyedgcs.Version{Object: object, Generation: attrs.Generation})
			mu.Unlock()
		}
		return nil
	})
	return temps, err
}

// publish copies the temporary objects to their final names. If it fails, the destination is as it was, as far as possible.
func (p *publishAttempt) publish(ctx context.Context) error {
	err := p.copyAll(ctx)
	undo := err != nil
	if err == nil {
		err = p.settle(ctx)
	}
	switch {
	case err != nil && p.publishedByAnother(ctx, err):
		p.witness.temp = 0
		if err = p.confirm(ctx); err != nil {
			p.deleteTemporary(ctx) //nolint:errcheck // err says more
		}
		return err
	case undo:
		return p.undo(ctx, err)
	}
	return err
}

// publishedByAnother reports whether err is due to another attempt, which has published all and is deleting temporary objects.
func (p *publishAttempt) publishedByAnother(ctx context.Context, err error) bool {
	if !errors.Is(err, cmekpipe.NotFound) {
		return false
	}
	_, err = p.store.Stat(ctx, p.witness.from)
	return errors.Is(err, cmekpipe.NotFound)
}

// confirm checks that another attempt published the shards before it deleted the witness.
func (p *publishAttempt) confirm(ctx context.Context) error {
	return each(p.shards, func(s *shard) error {
		attrs, err := p.store.Stat(ctx, s.to)
		switch {
		case errors.Is(err, cmekpipe.NotFound):
			return p.output.lost(s.from)
		case err != nil:
			return err
		case !s.holds(s.to, attrs):
			return p.output.lost(s.from)
		}
		return nil
	})
}

// each calls do for all values, several at a time, and returns the first error. After an error it starts no more calls.
func each[T any](values []T, do func(T) error) error { return keyedgcs.Each(values, do) }
