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
	kept, err := p.deleteWitness(ctx)
	if err != nil {
		return err
	}
	temps, err := p.listFolders(ctx)
	if err != nil {
		return err
	}
	switch {
	case p.mark.Generation == 0:
	case len(kept) == 0:
		temps = append(temps, p.mark)
	default: // it stays with the witness
		kept = append(kept, p.mark)
	}
	more, err := p.store.DeleteTemporary(ctx, temps...)
	p.output.logKept(ctx, p.store, append(kept, more...))
	return err
}

// deleteWitness deletes the witness before any other temporary object. If Cloud Storage refuses that, it writes the mark.
func (p *publishAttempt) deleteWitness(ctx context.Context) (kept []keyedgcs.Version, err error) {
	if p.witness.temp == 0 {
		return nil, nil
	}
	kept, err = p.store.DeleteTemporary(ctx, keyedgcs.Version{Object: p.witness.from, Generation: p.witness.temp})
	if err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		p.witness.temp = 0
		return nil, nil
	}
	if p.mark.Generation != 0 {
		return kept, nil
	}
	object, err := keyedgcs.Sibling(p.witness.from, p.witness.Name+markSuffix)
	if err != nil {
		return nil, err
	}
	upload := p.store.Create(ctx, object, p.contentType)
	if err := upload.Close(); err != nil {
		return nil, err
	}
	p.mark = keyedgcs.Version{Object: object, Generation: upload.Attrs().Generation}
	return kept, nil
}

// logKept reports temporary objects that stay after a write that is complete.
func (t Output) logKept(ctx context.Context, store *keyedgcs.Store, kept []keyedgcs.Version) {
	if len(kept) > 0 {
		log.Warnf(ctx, "%s: %s is complete, but %s; to have them deleted at the end, keep them in another bucket: use the option WithTempFolder",
			t.Op, t.Object, store.DescribeKept(ctx, kept))
	}
}
