package shards

import (
	"context"
	"errors"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// deleteTemporary deletes all temporary objects, including those of failed attempts. Each is deleted by its
// generation, so that no noncurrent version stays that an attempt could still copy. An object that Cloud Storage refuses to
// delete is reported in the log: all shards are published.
func (p *publishAttempt) deleteTemporary(ctx context.Context) error {
	if p.witness.temp != 0 {
		deleted, err := removeTemp(ctx, p.store.Remove, temp{p.witness.from, p.witness.temp})
		if err != nil {
			return err
		}
		if !deleted { // the others must not go before it
			p.output.logLeft(ctx, len(p.shards)+1, p.witness.from)
			return nil
		}
	}
	temps, err := p.listFolders(ctx)
	if err != nil {
		return err
	}
	left := make(chan cmekpipe.Object, len(temps))
	err = each(temps, func(t temp) error {
		deleted, err := removeTemp(ctx, p.store.Remove, t)
		if err == nil && !deleted {
			left <- t.object
		}
		return err
	})
	if len(left) > 0 {
		p.output.logLeft(ctx, len(left), <-left)
	}
	return err
}

type remove func(context.Context, cmekpipe.Object, int64) error

// removeTemp deletes a temporary object. It reports false if Cloud Storage refuses that.
func removeTemp(ctx context.Context, remove remove, t temp) (deleted bool, err error) {
	err = remove(ctx, t.object, t.generation)
	switch {
	case isRefusal(err):
		return false, nil
	case errors.Is(err, cmekpipe.NotFound):
		return true, nil
	}
	return err == nil, err
}

func (t Output) logLeft(ctx context.Context, count int, such cmekpipe.Object) {
	log.Warnf(ctx, "%s: %s is complete, but Cloud Storage refused to delete at least %d temporary objects, such as %s: "+
		"they are encrypted with %s; delete them when the bucket's retention policy or the hold allows it",
		t.Op, t.Object, count, such, such.Key())
}
