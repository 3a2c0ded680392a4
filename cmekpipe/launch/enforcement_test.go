package launch_test

import (
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

// enforce makes a bucket treat objects under Google's own encryption by a mode.
func (w *world) enforce(bucket string, mode storage.RestrictionMode) {
	w.t.Helper()
	if _, err := w.StorageClient().Bucket(bucket).Update(w.t.Context(), storage.BucketAttrsToUpdate{
		GoogleManagedEncryptionEnforcementConfig: &storage.EncryptionEnforcementConfig{RestrictionMode: mode},
	}); err != nil {
		w.t.Fatal(err)
	}
}

// threeBuckets are a place in a bucket of its own for each kind of file.
func threeBuckets(c *cmekpipe.Config) {
	c.TempLocation, c.StagingLocation, c.TemplateLocation = "gs://bank-temp/t", "gs://bank-staging/s", "gs://bank-templates/t.json"
}

func enforcementOf(found rule.Findings) (resources []string) {
	for _, f := range found.Of(rule.BucketEnforcement) {
		resources = append(resources, f.Resource)
	}
	slices.Sort(resources)
	return resources
}

func TestABucketThatAcceptsObjectsWithoutACustomerKeyIsAFinding(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(w *world)
		want    []string
	}{
		"no setting":  {func(*world) {}, []string{"gs://bank-staging", "gs://bank-temp", "gs://bank-templates"}},
		"one allowed": {func(w *world) { w.enforce("bank-temp", storage.NotRestricted) }, []string{"gs://bank-staging", "gs://bank-temp", "gs://bank-templates"}},
		"one forbids": {func(w *world) { w.enforce("bank-temp", storage.FullyRestricted) }, []string{"gs://bank-staging", "gs://bank-templates"}},
		"all forbid": {func(w *world) {
			w.enforce("bank-temp", storage.FullyRestricted)
			w.enforce("bank-staging", storage.FullyRestricted)
			w.enforce("bank-templates", storage.FullyRestricted)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, bucket := range []string{"bank-temp", "bank-staging", "bank-templates"} {
				w.CreateBucket(bucket, "us-central1", w.key)
			}
			tc.prepare(w)
			result, err := w.quietly(threeBuckets)
			if err != nil {
				t.Fatal(err)
			}
			if got := enforcementOf(result.Plan.Findings); !slices.Equal(got, tc.want) {
				t.Errorf("launch: got findings on %q, want %q", got, tc.want)
			}
			after, err := verify.Run(t.Context(), result.Plan)
			if err != nil {
				t.Fatal(err)
			}
			if got := enforcementOf(after); !slices.Equal(got, tc.want) || after.Err() != nil {
				t.Errorf("verify: got findings on %q and error %v, want %q", got, after.Err(), tc.want)
			}
			for _, f := range slices.Concat(result.Plan.Findings.Of(rule.BucketEnforcement), after) {
				if want := "gcloud storage buckets update " + f.Resource + " --encryption-enforcement-file=gmek.json"; !strings.HasSuffix(f.Remedy, want) {
					t.Errorf("got remedy %q, want it to end with %q", f.Remedy, want)
				}
			}
		})
	}
}

func TestAStrictLaunchNeedsBucketsThatEnforceKeys(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-staging", "us-central1", w.key)
	w.enforce("bank-work", storage.FullyRestricted)
	apart := func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-staging/s" }
	_, err := w.quietly(apart, launch.WithStrict(shoutName))
	e := requireError(t, err, cmekpipe.KeyMissing, "gs://bank-staging")
	if !strings.Contains(e.Hint, "gcloud storage buckets update gs://bank-staging") {
		t.Errorf("got hint %q, want the command", e.Hint)
	}
	requireNothing(t, w)

	result, err := w.quietly(apart, launch.WithStrict(shoutName), launch.WithWaivers(insecure.AllowBucketWithoutEnforcement("EX-9")))
	if err != nil {
		t.Fatal(err)
	}
	if found := result.Plan.Findings.Of(rule.BucketEnforcement); len(found) != 1 || !strings.HasSuffix(found[0].Detail, "; waived: EX-9") {
		t.Errorf("got findings %+v, want one with the reason of the waiver", found)
	}
	w.enforce("bank-staging", storage.FullyRestricted)
	if _, err := w.quietly(func(c *cmekpipe.Config) { apart(c); c.JobName = "weekly" }, launch.WithStrict(shoutName)); err != nil {
		t.Errorf("got %v, want a launch after the command of the hint", err)
	}
}
