package shards

import (
	"context"
	"errors"
	"slices"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// olderSuffix ends the name of the copy of an object that a shard replaces. The rest of the name is that of the shard's
// temporary object, so that all attempts use the same.
const olderSuffix = "-older"

// maxReads is how many times a shard is read because something else keeps changing it.
const maxReads = 5

// errPublished says that another attempt has published all in the meantime.
const errPublished publishedError = "another attempt has published all"

// publishedError is a type of its own so that errPublished is a constant.
type publishedError string

// Error returns the text.
func (e publishedError) Error() string { return string(e) }

// shard is a part and the name that it is copied to.
type shard struct {
	Part
	from, to cmekpipe.Object

	temp  int64 // generation of from; 0 if it does not exist
	older older

	live     int64 // generation of to, when it was last read; 0 if there is none
	found    owner // of that generation
	tried    bool  // a copy was started
	made     int64 // generation of to that this attempt created; 0 if none or unknown
	accepted int64 // generation of to that another attempt created and never deletes
}

// older is the object that had a shard's name before the run.
type older struct {
	live  int64 // its generation, as this attempt found it; 0 if it found none
	kept  int64 // generation of its copy, which is a temporary object; 0 if there is none
	known bool  // whether size and crc are known
	size  int64
	crc   uint32

	protected string    // how it may be protected from being replaced; "" if it is not
	retained  time.Time // the end of its retention, or no end in sight
}

// protect remembers what may keep Cloud Storage from replacing the object.
func (o *older) protect(attrs *storage.ObjectAttrs) {
	o.protected, o.retained = keyedgcs.ProtectedUntil(attrs), keyedgcs.RetainedUntil(attrs)
	if attrs.EventBasedHold || attrs.TemporaryHold {
		o.retained = time.Unix(1<<40, 0)
	}
}

func (o *older) set(attrs *storage.ObjectAttrs) {
	o.known, o.size, o.crc = true, attrs.Size, attrs.CRC32C
}

func (o *older) is(attrs *storage.ObjectAttrs) bool {
	return o.known && attrs.Size == o.size && attrs.CRC32C == o.crc
}

// owner tells whose object has the name of a shard.
type owner int

const (
	nobody   owner = iota // there is none
	ours                  // this run's shard, whichever attempt created it
	previous              // the one that was there before
	stranger              // another program's
)

// copyAll copies the temporary objects to their final names, except those that another attempt has copied. Before the first
// copy it reads all destinations, and copies what it will replace. After a failure it starts no further copy but waits for
// those in progress, so that undo knows of them.
func (p *publishAttempt) copyAll(ctx context.Context) error {
	occupied, err := p.listDestinations(ctx)
	if err != nil {
		return err
	}
	if err := each(occupied, func(s *shard) error { return p.keepOlder(ctx, s) }); err != nil {
		return err
	}
	// What was read so far is older than the end of this run if the run has not ended by now, so that the copies replace
	// nothing of a later run, even if the temporary objects can't be deleted.
	switch done, err := p.isPublished(ctx); {
	case err != nil:
		return err
	case done:
		return errPublished
	}
	if err := p.copyProtected(ctx, occupied); err != nil {
		return err
	}
	return each(p.shards, func(s *shard) error {
		if s.found == ours {
			return nil
		}
		return p.copyShard(ctx, s)
	})
}

// copyProtected copies the shard that replaces the object which is protected longest, before any other: if Cloud Storage
// refuses that, nothing is published, which the same protection might keep from being deleted again. If it does not, the time
// is over or the bucket has versioning, and no other object is protected either.
func (p *publishAttempt) copyProtected(ctx context.Context, occupied []*shard) error {
	var longest *shard
	for _, s := range occupied {
		if s.found == previous && s.older.protected != "" && (longest == nil || s.older.retained.After(longest.older.retained)) {
			longest = s
		}
	}
	if longest == nil {
		return nil
	}
	err := p.copyShard(ctx, longest)
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok && keyedgcs.IsRefusal(err) {
		e.Hint = "write to another prefix or object: the one of an earlier run is " + longest.older.protected
	}
	return err
}

// listDestinations reads the generations of all destinations and returns the shards whose destination exists.
func (p *publishAttempt) listDestinations(ctx context.Context) (occupied []*shard, err error) {
	byName := make(map[string]*shard, len(p.shards))
	first, last := p.shards[0].to.Name(), p.shards[0].to.Name()
	for _, s := range p.shards {
		s.live, s.found = 0, nobody
		byName[s.to.Name()] = s
		first, last = min(first, s.to.Name()), max(last, s.to.Name())
	}
	for attrs, err := range p.store.ListBetween(ctx, p.output.Object, first, last) {
		if err != nil {
			return nil, err
		}
		if s := byName[attrs.Name]; s != nil {
			s.live = attrs.Generation
			occupied = append(occupied, s)
		}
	}
	return occupied, nil
}

// keepOlder copies the object that a shard will replace to a temporary object, unless an earlier attempt did.
func (p *publishAttempt) keepOlder(ctx context.Context, s *shard) error {
	for range maxReads {
		attrs, err := p.read(ctx, s)
		if err != nil || s.found != stranger {
			return err
		}
		err = p.keep(ctx, s, attrs)
		if !errors.Is(err, cmekpipe.NotFound) {
			return err
		}
		// Another attempt has replaced it since.
	}
	return p.output.conflict(s.to.Name())
}

func (p *publishAttempt) keep(ctx context.Context, s *shard, attrs *storage.ObjectAttrs) error {
	to, err := s.olderObject()
	if err != nil {
		return err
	}
	kept, err := p.store.CopyIfMatch(ctx, s.to, s.live, to, s.older.kept, nil)
	if errors.Is(err, cmekpipe.PreconditionFailed) { // another attempt has kept it
		kept, err = p.store.Stat(ctx, to)
	}
	switch {
	case err == nil:
		s.older.kept = kept.Generation
		s.older.set(kept)
		if !s.older.is(attrs) {
			return p.output.conflict(s.to.Name())
		}
	case !isKeyFault(err): // if its own key can't be used, nobody can read it anyway; if ours can't, no copy will succeed
		return err
	}
	s.older.live, s.found = attrs.Generation, previous
	return nil
}

// olderObject is the temporary object that keeps the one that the shard replaces.
func (s *shard) olderObject() (cmekpipe.Object, error) {
	return keyedgcs.Sibling(s.from, s.Name+olderSuffix)
}

func isKeyFault(err error) bool {
	return slices.ContainsFunc([]error{cmekpipe.KeyDisabled, cmekpipe.KeyDenied, cmekpipe.KeyNotFound, cmekpipe.KeyUnusable},
		func(fault error) bool { return errors.Is(err, fault) })
}

// copyShard copies a temporary object to its final name. It replaces only the generation that was read there, or reads
// again.
func (p *publishAttempt) copyShard(ctx context.Context, s *shard) error {
	for range maxReads {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := p.replace(ctx, s)
		if !errors.Is(err, cmekpipe.PreconditionFailed) {
			return err
		}
		if _, err := p.read(ctx, s); err != nil || s.found == ours {
			return err
		}
		if s.found == stranger {
			break
		}
	}
	return p.output.conflict(s.to.Name())
}

// replace copies a temporary object over the generation of its destination that was read last.
func (p *publishAttempt) replace(ctx context.Context, s *shard) error {
	s.tried = true
	attrs, err := p.store.CopyIfMatch(ctx, s.from, s.temp, s.to, s.live, s.labels(p.contentType, p.id))
	if err != nil {
		return err
	}
	s.made, s.live, s.found = attrs.Generation, attrs.Generation, ours
	if !s.holds(s.to, attrs) {
		return p.output.corrupted(s.Part, s.to, attrs)
	}
	return nil
}

// read reads the destination of a shard: its generation, and whose it is.
func (p *publishAttempt) read(ctx context.Context, s *shard) (*storage.ObjectAttrs, error) {
	attrs, err := p.store.Stat(ctx, s.to)
	if errors.Is(err, cmekpipe.NotFound) {
		s.live, s.found = 0, nobody
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.live = attrs.Generation
	if attrs.Metadata[partLabel] == s.id() && s.holds(s.to, attrs) {
		s.found = ours
		if attrs.Metadata[attemptLabel] == p.id {
			s.made = attrs.Generation // the answer to the copy was lost
		}
		return attrs, nil
	}
	s.found = stranger
	s.older.protect(attrs)
	if s.older.is(attrs) || attrs.Generation == s.older.live {
		s.found = previous
		return attrs, nil
	}
	if s.older.kept != 0 && !s.older.known {
		err = p.findOlder(ctx, s)
	}
	return attrs, err
}

// findOlder reads the copy of the object that the shard replaced, which another attempt may have made, and checks whether
// that attempt has put it back.
func (p *publishAttempt) findOlder(ctx context.Context, s *shard) error {
	object, err := s.olderObject()
	if err != nil {
		return err
	}
	kept, err := p.store.Stat(ctx, object)
	if errors.Is(err, cmekpipe.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.older.kept = kept.Generation
	s.older.set(kept)
	attrs, err := p.store.Stat(ctx, s.to)
	if err == nil && attrs.Generation == s.live && s.older.is(attrs) {
		s.found = previous
	}
	if errors.Is(err, cmekpipe.NotFound) {
		return nil // read again before anything is done
	}
	return err
}
