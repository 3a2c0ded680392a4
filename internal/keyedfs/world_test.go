package keyedfs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

const bucket = "bank-records"

// names are object names that are legal and easily broken.
var names = []string{
	"out.txt", "a/b/c", "a//b/", "/", " ", "a b?#%.txt", "x%2Fy", "ü/…/..x", "*", "a[1].txt", "[z-a]", "[", "a\\b", "+&=;:@",
	"cmekgs://x/y", "../up", "\U0001f511", strings.Repeat("n", 1024),
}

type world struct {
	*cmektest.Cloud
	key, other cmekpipe.KeyName
	store      *keyedgcs.Store
}

// newWorld returns a cloud with a bucket whose default key is not the one that tests write under.
func newWorld(t testing.TB) *world {
	t.Helper()
	cloud := cmektest.NewCloud(t)
	w := &world{Cloud: cloud, key: cloud.CreateKey("us-central1", "records"), other: cloud.CreateKey("us-central1", "other")}
	cloud.CreateBucket(bucket, "us-central1", w.other)
	store, err := keyedgcs.Open(t.Context(), "keyedfs.Test")
	if err != nil {
		t.Fatal(err)
	}
	store.Retry.MaxElapsed = 5 * time.Second
	t.Cleanup(func() { store.Close() })
	w.store = store
	return w
}

func object(t testing.TB, key cmekpipe.KeyName, name string) cmekpipe.Object {
	t.Helper()
	o, err := key.Object("gs://" + bucket + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// attrs returns the live object of a name; nil if there is none.
func (w *world) attrs(t testing.TB, name string) *storage.ObjectAttrs {
	t.Helper()
	attrs, err := w.StorageClient().Bucket(bucket).Object(name).Attrs(context.Background())
	if errors.Is(err, storage.ErrObjectNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return attrs
}

func requireError(t testing.TB, err error, code cmekpipe.Code, about cmekpipe.Object) *cmekpipe.Error {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Code != code || e.Resource != about.String() || e.Op == "" || e.Hint == "" {
		t.Fatalf("got %v, want code %v about %v with a hint", err, code, about)
	}
	return e
}
