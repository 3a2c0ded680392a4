package healthcare_test

import (
	"testing"
	"time"
)

func TestOperationsOnOneStoreConflict(t *testing.T) {
	w := newWorld(t)
	w.CreateFHIRStore(store, w.key)
	w.CreateBucket("inbox", "us-central1", w.key)
	w.WriteObject("gs://inbox/a.ndjson", []byte(`{"resourceType":"Basic","id":"a"}`))
	w.LimitFHIROperations(2, time.Hour)
	last := ""
	for range 2 {
		running, err := w.importAll()
		if err != nil || running.Done {
			t.Fatalf("got %+v, %v, want a running operation", running, err)
		}
		last = running.Name
	}
	_, err := w.importAll()
	require(t, err, 409, "is in use by operation "+last)
	w.Advance(time.Hour)
	if ended, err := w.datasets.Operations.Get(last).Do(); err != nil || !ended.Done {
		t.Errorf("got %+v, %v, want the operation to have ended", ended, err)
	}
	if _, err := w.importAll(); err != nil {
		t.Errorf("after the end of the others: got %v", err)
	}
}
