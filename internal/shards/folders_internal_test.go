package shards

import (
	"errors"
	"slices"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// A folder that no part is in may belong to another run that has yet to publish it.
func TestOnlyFoldersWithPartsAreDeleted(t *testing.T) {
	l := newLife(t)
	theirs := append(l.bundle("theirs"), l.witness()...)
	ours := l.threeParts()
	if err := l.publish(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	final, temp := l.names()
	if len(final) != 3 || !slices.Equal(temp, slices.Sorted(slices.Values([]string{theirs[0].Name, theirs[1].Name}))) {
		t.Errorf("got %q and temporary %q, want 3 shards and %v left alone", final, temp, theirs)
	}
	if err := l.publish(t.Context(), theirs); err != nil {
		t.Errorf("got %v, want the other run to go on", err)
	}
	l.requireKeyAsked()
}

func TestInstancesNeverShareAFolder(t *testing.T) {
	l := newLife(t)
	seen := map[string]bool{}
	for _, p := range l.threeParts() {
		folder, ok := l.writing().folderOf(p.Name)
		if seen[folder] || !ok {
			t.Errorf("got folder %q a second time or for no temporary name, %q", folder, p.Name)
		}
		seen[folder] = true
	}
}

func TestPartOfAnotherPlaceIsRefused(t *testing.T) {
	l := newLife(t)
	l.WriteObject("gs://bank-records/out/precious", []byte("of the user"))
	for _, name := range []string{"out/precious", "other/.cmekpipe-temp-id/a"} {
		err := l.publish(t.Context(), append(l.witness(), Part{Name: name}))
		e, ok := errors.AsType[*cmekpipe.Error](err)
		if !ok || e.Code != cmekpipe.Internal || e.Resource != l.prefix.String() || e.Hint == "" {
			t.Errorf("%s: got %v, want %v about %s with a hint", name, err, cmekpipe.Internal, l.prefix)
		}
	}
	if final, _ := l.names(); !slices.Equal(final, []string{"out/precious"}) {
		t.Errorf("got %q, want what was there", final)
	}
}

// numbered is an attempt at a shard with the folder that ListShards emitted.
func (l *life) numbered(member func(*[]byte) bool, lines ...string) (parts []Part, err error) {
	l.t.Helper()
	f := &WriteShard[string, lineFormat]{l.writing()}
	if err := f.Setup(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	defer f.Teardown()
	err = f.ProcessElement(l.t.Context(), 0, member, iterate(lines...), func(_ int, p Part) { parts = append(parts, p) })
	return parts, err
}

// drawn is the folder that ListShards draws in a run.
func drawn() (folder []byte) {
	(&ListShards{Shards: 1}).ProcessElement(nil, func(_ int, id []byte) { folder = id })
	return folder
}

func TestLostShardIsDeletedWhoeverWroteIt(t *testing.T) {
	l := newLife(t)
	run, other := drawn(), drawn()
	if slices.Equal(run, other) {
		t.Fatalf("got %q for two runs, want two", run)
	}
	var parts []Part
	for range 2 { // the runner lost the first answer, and asked another worker
		var err error
		if parts, err = l.numbered(iterate(run), "a", "b"); err != nil {
			t.Fatal(err)
		}
	}
	theirs, err := l.numbered(iterate(other), "theirs")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.publish(t.Context(), append(parts, l.witness()...)); err != nil {
		t.Fatal(err)
	}
	if final, temp := l.names(); len(final) != 1 || !slices.Equal(temp, []string{theirs[0].Name}) {
		t.Errorf("got %q and temporary %q, want one shard and what another run needs", final, temp)
	}
}

func TestShardWithoutAFolderIsRefused(t *testing.T) {
	l := newLife(t)
	_, err := l.numbered(iterate[[]byte](), "a")
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != cmekpipe.Internal || e.Resource != l.prefix.String() || e.Hint == "" {
		t.Errorf("got %v, want %v about %s with a hint", err, cmekpipe.Internal, l.prefix)
	}
	if final, temp := l.names(); len(final)+len(temp) != 0 {
		t.Errorf("got %q and temporary %q, want none", final, temp)
	}
}
