package keyedgcs_test

import (
	"fmt"
	"strings"
	"testing"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/internal/keyedgcs"
)

// temps writes objects a/0, a/1, …, in the order of their generations.
func (w *world) temps(t *testing.T, count int) (temps []keyedgcs.Version) {
	t.Helper()
	for i := range count {
		o := object(t, w.key, fmt.Sprintf("a/%d", i))
		written, err := put(t.Context(), w.store, o, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		temps = append(temps, keyedgcs.Version{Object: o, Generation: written.Attrs().Generation})
	}
	return temps
}

func TestDeleteTemporaryLeavesNothing(t *testing.T) {
	w := newWorld(t)
	if _, err := w.StorageClient().Bucket(bucket).Update(t.Context(), storage.BucketAttrsToUpdate{VersioningEnabled: true}); err != nil {
		t.Fatal(err)
	}
	temps := w.temps(t, 40)
	for range 2 { // the second finds nothing
		kept, err := w.store.DeleteTemporary(t.Context(), temps...)
		if len(kept) > 0 || err != nil || w.store.DescribeKept(t.Context(), kept) != "" {
			t.Fatalf("got %v, %v, want nothing kept", kept, err)
		}
	}
	for _, v := range temps {
		if attrs, err := w.StorageClient().Bucket(bucket).Object(v.Object.Name()).Generation(v.Generation).Attrs(t.Context()); err == nil {
			t.Errorf("%s: got noncurrent generation %d, want none", v.Object, attrs.Generation)
		}
	}
}

func TestDeleteTemporaryFailsIfTheServiceDoes(t *testing.T) {
	w := newWorld(t)
	temps := w.temps(t, 3)
	w.Inject(emulator.Fault{Method: "storage.objects.delete", Call: 2, Status: 400})
	if _, err := w.store.DeleteTemporary(t.Context(), temps...); err == nil {
		t.Error("got no error, want one")
	}
}

func TestObjectsThatAreKeptAreDescribed(t *testing.T) {
	w := newWorld(t)
	temps := w.temps(t, 13)
	held := w.StorageClient().Bucket(bucket).Object("a/12")
	if _, err := held.Update(t.Context(), storage.ObjectAttrsToUpdate{TemporaryHold: true}); err != nil {
		t.Fatal(err)
	}
	w.Inject(emulator.Fault{Method: "storage.objects.delete", Status: 403})
	kept, err := w.store.DeleteTemporary(t.Context(), temps...)
	if err != nil || len(kept) != len(temps) {
		t.Fatalf("got %d kept, %v, want %d", len(kept), err, len(temps))
	}
	got := w.store.DescribeKept(t.Context(), kept)
	for _, want := range []string{
		"13 in all, encrypted with " + w.key.String(),
		"gs://bank-records/a/12 (kept until its temporary hold is released: gcloud storage objects update 'gs://bank-records/a/12' --no-temporary-hold)",
		"gs://bank-records/a/3 (the worker's service account may lack storage.objects.delete) and 3 older ones",
		"delete them afterwards: gcloud storage rm --recursive 'gs://bank-records/a/'",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}
