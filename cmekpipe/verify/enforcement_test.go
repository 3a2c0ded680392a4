package verify_test

import (
	"testing"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

func TestRunChecksTheBucketsOfTheJob(t *testing.T) {
	w := newWorld(t)
	result, err := w.run()
	if err != nil {
		t.Fatal(err)
	}
	remove := w.Inject(emulator.Fault{Method: emulator.StorageBucketsGet, Status: 403})
	w.requireOnly(result.Plan, rule.BucketEnforcement, "gs://bank-temp", "could not be read: needs storage.buckets.get")
	remove()
	if _, err := w.StorageClient().Bucket("bank-temp").Update(t.Context(), storage.BucketAttrsToUpdate{
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: storage.NotRestricted},
	}); err != nil {
		t.Fatal(err)
	}
	w.requireOnly(result.Plan, rule.BucketEnforcement, "gs://bank-temp", "got NotRestricted")
	found, err := verify.Run(w.hasty(), result.Plan)
	if err != nil || found.Err() != nil {
		t.Errorf("got errors %v and %v, want a warning", err, found.Err())
	}
}
