package shards

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// publishStep is the common part of the DoFns that publish or delete temporary objects, which embed it.
type publishStep struct {
	Output
	// ContentType is the content type of the published objects.
	ContentType string

	store *keyedgcs.Store
}

// Setup opens the client.
func (f *publishStep) Setup(ctx context.Context) (err error) {
	f.store, err = keyedgcs.Open(ctx, f.Op)
	return err
}

// Teardown releases the client.
func (f *publishStep) Teardown() error { return f.store.Close() }

// Publish copies the parts of a write to their final names, all or none, and deletes all objects in the folders that parts
// are in. Every object there belongs to this run and to a step that has ended; of other folders that is not known.
type Publish struct{ publishStep }

// CMEKClaim tells guard which objects the write replaces.
func (f *Publish) CMEKClaim() destination.Claim { return f.claim() }

// ProcessElement publishes all parts. It may be repeated at any point and run several times at once: what another attempt
// of the run published is left as it is.
func (f *Publish) ProcessElement(ctx context.Context, _ int, parts func(*Part) bool) error {
	p, err := f.attempt(parts)
	if err != nil {
		return err
	}
	done, err := p.findParts(ctx)
	if err != nil {
		return err
	}
	if !done {
		if err := p.publish(ctx); err != nil {
			return err
		}
	}
	return p.deleteTemporary(ctx)
}

// attempt names the shards that the parts become.
func (f *Publish) attempt(parts func(*Part) bool) (*publishAttempt, error) {
	p := &publishAttempt{store: f.store, output: f.Output, contentType: f.ContentType, id: keyedgcs.NewID()}
	all, mark, err := f.sort(parts)
	if err != nil {
		return nil, err
	}
	if p.witness, err = f.newShard(mark, 0, 1); err != nil {
		return nil, err
	}
	if len(all) == 0 { // empty input, whose only shard is the witness
		p.shards = []*shard{p.witness}
		return p, nil
	}
	for i, part := range all {
		s, err := f.newShard(part, i, len(all))
		if err != nil {
			return nil, err
		}
		p.shards = append(p.shards, s)
	}
	return p, nil
}

// sort returns the parts, without the witness, in an order that is the same in every attempt.
func (f *Publish) sort(parts func(*Part) bool) (all []Part, mark Part, err error) {
	for p := (Part{}); parts(&p); {
		if p.Shard == witness {
			mark = p
			continue
		}
		all = append(all, p)
	}
	switch {
	case mark.Name == "":
		return nil, mark, f.internal("got parts without a witness")
	case !f.Sharded && len(all) != 1:
		return nil, mark, f.internal("got " + strconv.Itoa(len(all)) + " parts for one object")
	}
	slices.SortFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Name, b.Name))
	})
	return all, mark, nil
}

func (f *Publish) newShard(p Part, i, of int) (*shard, error) {
	from, err := f.tempOf(p)
	if err != nil {
		return nil, err
	}
	to, err := f.shardName("", i, of)
	if err != nil {
		return nil, err
	}
	return &shard{Part: p, from: from, to: to}, nil
}

// CMEKWholeInput tells guard that a second window would overwrite the first.
func (f *Publish) CMEKWholeInput() destination.None { return destination.None{} }
