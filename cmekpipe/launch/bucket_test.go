package launch_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/insecure"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/verify"
)

// quietly launches a harmless pipeline without warnings.
func (w *world) quietly(change func(*cmekpipe.Config), options ...launch.Option) (*launch.Result, error) {
	w.t.Helper()
	options = append(options, launch.WithHaste(), launch.WithProgress(w.said), launch.WithLogger(slog.New(slog.DiscardHandler)))
	return launch.Run(w.t.Context(), w.options(change), harmless(), options...)
}

// places are the folders that workers write to without naming a key.
func places(bucket string) map[string]func(*cmekpipe.Config) {
	return map[string]func(*cmekpipe.Config){
		"temp": func(c *cmekpipe.Config) {
			c.TempLocation, c.StagingLocation = "gs://"+bucket+"/tmp", "gs://bank-work/staging"
		},
		"staging": func(c *cmekpipe.Config) { c.StagingLocation = "gs://" + bucket + "/staging" },
	}
}

func TestABucketWithoutDefaultKeyIsRefused(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-plain", "us-central1", cmekpipe.KeyName{})
	for name, change := range places("bank-plain") {
		for kind, more := range map[string]func(*cmekpipe.Config){"job": func(*cmekpipe.Config) {}, "template": toTemplate} {
			_, err := w.quietly(func(c *cmekpipe.Config) { change(c); more(c) })
			e := requireError(t, err, cmekpipe.KeyMissing, "gs://bank-plain")
			want := "gcloud storage buckets update gs://bank-plain --default-encryption-key=" + w.key.String()
			if !strings.Contains(e.Hint, want) {
				t.Errorf("%s of a %s: got hint %q, want the command %s", name, kind, e.Hint, want)
			}
			requireNothing(t, w)
		}
	}
}

func TestABucketWithAnotherDefaultKeyIsAFinding(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-other", "us-central1", w.CreateKey("us-central1", "storage"))
	for name, change := range places("bank-other") {
		result, err := w.quietly(change)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found := result.Plan.Findings.Of(rule.BucketDefaultKey)
		if len(found) != 1 || found[0].Resource != "gs://bank-other" || !strings.Contains(found[0].Detail, "cryptoKeys/storage") ||
			!strings.Contains(found[0].Remedy, "gcloud storage buckets update gs://bank-other") || result.Plan.Findings.Err() != nil {
			t.Errorf("%s: got findings %+v, want the bucket's key as a warning", name, found)
		}
	}
}

func TestABucketWithoutDefaultKeyCanBeWaived(t *testing.T) {
	w := newWorld(t)
	w.CreateBucket("bank-plain", "us-central1", cmekpipe.KeyName{})
	toPlain := places("bank-plain")["temp"]
	for _, waiver := range []insecure.Waiver{{}, insecure.AllowBucketWithoutDefaultKey(" ")} {
		_, err := w.quietly(toPlain, launch.WithWaivers(waiver))
		requireError(t, err, cmekpipe.InvalidOptions, "waiver")
		requireNothing(t, w)
	}
	_, err := w.quietly(toPlain, launch.WithWaivers(insecure.AllowUnverifiedExpansion("EX-1")))
	requireError(t, err, cmekpipe.KeyMissing, "gs://bank-plain")
	result, err := w.quietly(toPlain, launch.WithWaivers(insecure.AllowBucketWithoutDefaultKey("EX-211, until March")))
	if err != nil {
		t.Fatal(err)
	}
	found := result.Plan.Findings.Of(rule.BucketDefaultKey)
	if len(found) != 1 || !strings.Contains(found[0].Detail, "EX-211, until March") {
		t.Errorf("got findings %+v, want the reason of the waiver", found)
	}
	// Workers write there without naming a key, and nothing else would tell.
	after, err := verify.Run(t.Context(), result.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if keyless := after.Of(rule.NoKey); len(keyless) != 1 || !strings.HasPrefix(keyless[0].Resource, "gs://bank-plain/tmp/") {
		t.Errorf("got %+v, want the object that a worker wrote without a key", after)
	}
}

func TestVerifyAcceptsATempLocationWithTheKey(t *testing.T) {
	w := newWorld(t)
	result, err := w.quietly(nil)
	if err != nil {
		t.Fatal(err)
	}
	if written := w.ListObjects("gs://bank-work/tmp/nightly-" + result.Job.ID); len(written) != 1 {
		t.Errorf("got %q, want one object of the job's workers", written)
	}
	if after, err := verify.Run(t.Context(), result.Plan); err != nil || len(after) != 0 {
		t.Errorf("got %+v and %v, want nothing found", after, err)
	}
}

func TestALifecycleRuleThatDeletesStagedFilesIsAFinding(t *testing.T) {
	for name, tc := range map[string]struct {
		condition storage.LifecycleCondition
		action    string
		want      string // in the finding; "" for none
	}{
		"age":                  {storage.LifecycleCondition{AgeInDays: 7}, storage.DeleteAction, "7 days"},
		"age 0":                {storage.LifecycleCondition{AllObjects: true}, storage.DeleteAction, "at once"},
		"the folder's prefix":  {storage.LifecycleCondition{AgeInDays: 1, MatchesPrefix: []string{"x", "tmp/"}}, storage.DeleteAction, "1 days"},
		"a file in the folder": {storage.LifecycleCondition{AgeInDays: 1, MatchesPrefix: []string{"tmp/staging/cmekpipe/2"}}, storage.DeleteAction, "1 days"},
		"another prefix":       {storage.LifecycleCondition{AgeInDays: 1, MatchesPrefix: []string{"out/"}}, storage.DeleteAction, ""},
		"another suffix":       {storage.LifecycleCondition{AgeInDays: 1, MatchesSuffix: []string{".csv"}}, storage.DeleteAction, ""},
		"another class":        {storage.LifecycleCondition{AgeInDays: 1, MatchesStorageClasses: []string{"ARCHIVE"}}, storage.DeleteAction, ""},
		"old versions":         {storage.LifecycleCondition{AgeInDays: 1, Liveness: storage.Archived}, storage.DeleteAction, ""},
		"what is old already":  {storage.LifecycleCondition{CreatedBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}, storage.DeleteAction, ""},
		"a custom time":        {storage.LifecycleCondition{DaysSinceCustomTime: 1}, storage.DeleteAction, ""},
		"another class to be":  {storage.LifecycleCondition{AgeInDays: 1}, storage.SetStorageClassAction, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := storage.LifecycleRule{Condition: tc.condition, Action: storage.LifecycleAction{Type: tc.action}}
			if tc.action == storage.SetStorageClassAction {
				r.Action.StorageClass = "NEARLINE"
			}
			w.updateBucket(storage.BucketAttrsToUpdate{Lifecycle: &storage.Lifecycle{Rules: []storage.LifecycleRule{r}}})
			result, err := w.quietly(func(c *cmekpipe.Config) { c.Async = true })
			if err != nil {
				t.Fatal(err)
			}
			found := result.Plan.Findings.Of(rule.StagedFilesExpire)
			if tc.want == "" && len(found) > 0 || tc.want != "" && (len(found) != 1 || !strings.Contains(found[0].Detail, tc.want)) {
				t.Errorf("got findings %+v, want %q", found, tc.want)
			}
		})
	}
}

// Records of launches that can't be deleted don't stop later launches.
func TestAStagingBucketThatKeepsRecordsIsAFinding(t *testing.T) {
	for name, tc := range map[string]struct {
		change storage.BucketAttrsToUpdate
		want   string // in the finding; "" for none
	}{
		"retention policy": {storage.BucketAttrsToUpdate{RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: 48 * time.Hour}}, "a retention policy of 48h"},
		"event-based hold": {storage.BucketAttrsToUpdate{DefaultEventBasedHold: true}, "a default event-based hold"},
		"neither":          {storage.BucketAttrsToUpdate{VersioningEnabled: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.updateBucket(tc.change)
			for range 2 {
				result, err := w.quietly(nil)
				if err != nil {
					t.Fatal(err)
				}
				found := result.Plan.Findings.Of(rule.RecordsStay)
				if tc.want == "" {
					if len(found) > 0 {
						t.Errorf("got findings %+v, want none", found)
					}
					continue
				}
				if len(found) != 1 || found[0].Resource != "gs://bank-work" || !strings.Contains(found[0].Detail, tc.want) || found[0].Remedy == "" {
					t.Errorf("got findings %+v, want one of gs://bank-work that says %q", found, tc.want)
				}
				if len(w.records()) == 0 {
					t.Error("got no record of the launch, want it kept as the finding says")
				}
			}
		})
	}
}

func (w *world) updateBucket(change storage.BucketAttrsToUpdate) {
	w.t.Helper()
	if _, err := w.StorageClient().Bucket("bank-work").Update(w.t.Context(), change); err != nil {
		w.t.Fatal(err)
	}
}
