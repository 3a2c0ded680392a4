package shards

import (
	"context"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// deleteTemporary deletes all temporary objects, including those of failed attempts. Each is deleted by its
// generation, so that no noncurrent version stays that an attempt could still copy. Objects that Cloud Storage refuses to
// delete are reported in the log: all shards are published.
func (p *publishAttempt) deleteTemporary(ctx context.Context) error {
	var kept []keyedgcs.Version
	if p.witness.temp != 0 {
		var err error
		kept, err = p.store.DeleteTemporary(ctx, keyedgcs.Version{Object: p.witness.from, Generation: p.witness.temp})
		if err != nil {
			return err
		}
	}
	temps, err := p.listFolders(ctx)
	if err != nil {
		return err
	}
	if len(kept) > 0 { // the others must not go before the witness
		p.output.logKept(ctx, p.store, append(kept, temps...))
		return nil
	}
	kept, err = p.store.DeleteTemporary(ctx, temps...)
	p.output.logKept(ctx, p.store, kept)
	return err
}

// logKept reports temporary objects that stay after a write that is complete.
func (t Output) logKept(ctx context.Context, store *keyedgcs.Store, kept []keyedgcs.Version) {
	if len(kept) > 0 {
		log.Warnf(ctx, "%s: %s is complete, but %s; to have them deleted at the end, keep them in another bucket: use the option WithTempFolder",
			t.Op, t.Object, store.DescribeKept(ctx, kept))
	}
}
