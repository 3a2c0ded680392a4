package datastoreio

import (
	"context"
	"errors"
	"testing"

	"cloud.google.com/go/datastore"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/clients/shared"
	"github.com/cmekpipe/cmekpipe-go/internal/testing/worker"
)

const ledger = "projects/" + cmektest.Project + "/databases/ledger"

// newPut returns a DoFn that was set up, in a cloud with its database.
func newPut(ctx context.Context, t *testing.T) (*cmektest.Cloud, *putFn) {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	key := cloud.CreateKey("us-central1", "records")
	cloud.CreateDatastoreDatabase(ledger, "us-central1", key)
	f := &putFn{writer{Op: opWrite, Database: key.MustDatastoreDatabase(ledger)}}
	if err := f.Setup(ctx); err != nil {
		t.Fatal(err)
	}
	return cloud, f
}

func put(t *testing.T, f *putFn, name string) {
	t.Helper()
	key := datastore.NameKey("Entry", name, nil).Encode()
	if err := f.ProcessElement(t.Context(), key, struct{ Note string }{name}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, f *putFn) int {
	t.Helper()
	n, err := f.client.GetAll(t.Context(), datastore.NewQuery("Entry").KeysOnly(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return len(n)
}

// TestKeyIsCheckedAgain deletes the database and creates it with another key while a worker runs.
func TestKeyIsCheckedAgain(t *testing.T) {
	w := worker.New(t)
	ctx := w.Context()
	cloud, f := newPut(ctx, t)
	if err := f.StartBundle(ctx); err != nil {
		t.Fatal(err)
	}
	put(t, f, "a")
	if _, err := cloud.FirestoreAdminClient().Projects.Databases.Delete(ledger).Do(); err != nil {
		t.Fatal(err)
	}
	w.Advance(shared.CheckInterval)
	if err := f.FinishBundle(ctx); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("within the bundle: got %v, want NotFound", err)
	}
	if err := f.StartBundle(ctx); !errors.Is(err, cmekpipe.NotFound) {
		t.Errorf("got %v, want NotFound: a database that was deleted is not created again", err)
	}
	cloud.CreateDatastoreDatabase(ledger, "us-central1", cloud.CreateKey("us-central1", "other"))
	if err := f.StartBundle(ctx); !errors.Is(err, cmekpipe.KeyMismatch) {
		t.Errorf("got %v, want KeyMismatch", err)
	}
}

// TestBundleThatRunsAgainAddsNothing leaves a bundle half done and runs it again, as a runner does.
func TestBundleThatRunsAgainAddsNothing(t *testing.T) {
	_, f := newPut(t.Context(), t)
	for range 2 {
		if err := f.StartBundle(t.Context()); err != nil {
			t.Fatal(err)
		}
		put(t, f, "a")
		put(t, f, "b")
	}
	if got := count(t, f); got != 0 {
		t.Errorf("got %d entities before the bundle's end, want none of so few", got)
	}
	for range 2 {
		if err := f.FinishBundle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(t, f); got != 2 {
			t.Errorf("got %d entities, want 2", got)
		}
	}
}

func TestEqualKeysAloneHaveEqualIdentities(t *testing.T) {
	keys := []*datastore.Key{
		datastore.NameKey("K", "1", nil), datastore.IDKey("K", 1, nil), datastore.NameKey("K", "1:K", nil),
		datastore.NameKey("K", "1", datastore.IDKey("K", 1, nil)), datastore.IDKey("K", 1, datastore.NameKey("K", "1", nil)),
		{Kind: "K", Name: "1", Namespace: "n"}, {Kind: "K1", Name: ":"}, {Kind: "K", Name: "1:"},
	}
	for i, a := range keys {
		for j, b := range keys {
			copied, err := datastore.DecodeKey(b.Encode())
			if err != nil {
				t.Fatal(err)
			}
			if (identity(a) == identity(copied)) != (i == j) {
				t.Errorf("identity of %v and %v: got equal %v, want %v", a, b, i != j, i == j)
			}
		}
	}
}

func TestKeysAreOrderedAsDatastoreDoes(t *testing.T) {
	parent := datastore.IDKey("A", 2, nil)
	ordered := []*datastore.Key{
		datastore.IDKey("A", 2, nil), datastore.IDKey("B", 1, parent), datastore.NameKey("B", "a", parent),
		datastore.IDKey("A", 10, nil), datastore.NameKey("A", "10", nil), datastore.NameKey("A", "2", nil), datastore.IDKey("B", 1, nil),
	}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := compareKeys(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("compareKeys(%v, %v): got %d", a, b, got)
			}
		}
	}
}

func TestBoundsSplitASampleEvenly(t *testing.T) {
	for _, tt := range []struct{ keys, shards, want int }{{0, 4, 0}, {1, 4, 1}, {3, 4, 3}, {96, 4, 3}, {96, 1, 0}, {96, 0, 0}, {2, 2, 1}} {
		var keys []*datastore.Key
		for id := tt.keys; id > 0; id-- {
			keys = append(keys, datastore.IDKey("K", int64(id), nil), datastore.IDKey("K", int64(id), nil))
		}
		got := bounds(keys, tt.shards)
		if len(got) != tt.want {
			t.Errorf("bounds of %d keys for %d shards: got %d, want %d", tt.keys, tt.shards, len(got), tt.want)
		}
		for i := 1; i < len(got); i++ {
			if compareKeys(got[i-1], got[i]) >= 0 {
				t.Errorf("bounds of %d keys: got %v before %v", tt.keys, got[i-1], got[i])
			}
		}
	}
	if got := bounds([]*datastore.Key{datastore.IDKey("K", 3, nil), datastore.IDKey("K", 1, nil), datastore.IDKey("K", 2, nil)}, 2); got[0].ID != 2 {
		t.Errorf("got bound %v, want the middle one", got[0])
	}
}
