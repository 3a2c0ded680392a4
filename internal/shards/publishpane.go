package shards

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/destination"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// PublishPane copies the part of a pane to its final name, and emits it for [DeletePane]. It never replaces an object: if
// another job has written one with the name, this one gets the next free number before its suffix.
type PublishPane struct{ publishStep }

// CMEKClaim tells guard which objects the write creates.
func (f *PublishPane) CMEKClaim() destination.Claim { return f.claim() }

// ProcessElement publishes a part. The part went through a shuffle, so every attempt gets the same one.
func (f *PublishPane) ProcessElement(ctx context.Context, part Part, emit func(Part)) error {
	from, err := f.tempOf(part)
	if err != nil {
		return err
	}
	labels := part.labels(f.ContentType, keyedgcs.NewID())
	number := 1
	for range maxReads {
		to, err := f.sibling(f.numberedName(part.Final, number))
		if err != nil {
			return err
		}
		attrs, err := f.store.CopyIfMatch(ctx, from, part.Generation, to, 0, labels)
		switch {
		case err == nil && !part.holds(to, attrs):
			return f.corrupted(part, to, attrs)
		case err == nil:
			emit(part)
			return nil
		case errors.Is(err, cmekpipe.NotFound):
			return f.lost(from)
		case !errors.Is(err, cmekpipe.PreconditionFailed):
			return err
		}
		published, free, err := f.numbers(ctx, part)
		if err != nil {
			return err
		}
		if published {
			emit(part)
			return nil
		}
		number = free
	}
	return f.conflict(part.Final)
}

// numberedName adds a number to the name of a shard of a pane, unless it is 1.
func (f *PublishPane) numberedName(name string, number int) string {
	if number == 1 {
		return name
	}
	return strings.TrimSuffix(name, f.Suffix) + "-" + strconv.Itoa(number) + f.Suffix
}

// numbers reports whether an earlier attempt published the part, and otherwise the number after those that are in use.
func (f *PublishPane) numbers(ctx context.Context, part Part) (published bool, free int, err error) {
	free = 1
	front := strings.TrimSuffix(part.Final, f.Suffix)
	for attrs, err := range f.store.List(ctx, f.Object, front) {
		if err != nil {
			return false, 0, err
		}
		if attrs.Metadata[partLabel] == part.id() {
			return true, 0, nil
		}
		if used, ok := f.numberOf(attrs.Name, front); ok {
			free = max(free, used+1)
		}
	}
	return false, free, nil
}

// numberOf is the inverse of numberedName for a name that starts with front. It reports false for other names.
func (f *PublishPane) numberOf(name, front string) (number int, ok bool) {
	rest, ok := strings.CutSuffix(strings.TrimPrefix(name, front), f.Suffix)
	if !ok || rest == "" {
		return 1, ok
	}
	digits, ok := strings.CutPrefix(rest, "-")
	if !ok {
		return 0, false
	}
	number, err := strconv.Atoi(digits)
	return number, err == nil
}

// DeletePane deletes the temporary objects of published parts. It runs behind a shuffle, so that no attempt at publishing a
// part is repeated after its temporary object is gone.
type DeletePane struct {
	publishStep

	logged bool
}

// ProcessElement deletes a temporary object. Of the objects that Cloud Storage refuses to delete, each instance reports one.
func (f *DeletePane) ProcessElement(ctx context.Context, part Part) error {
	from, err := f.tempOf(part)
	if err != nil {
		return err
	}
	kept, err := f.store.DeleteTemporary(ctx, keyedgcs.Version{Object: from, Generation: part.Generation})
	if err == nil && len(kept) > 0 && !f.logged {
		f.logged = true
		f.logKept(ctx, f.store, kept)
	}
	return err
}
