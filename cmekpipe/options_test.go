package cmekpipe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

func mustOptions(t *testing.T, c cmekpipe.Config) *cmekpipe.Options {
	t.Helper()
	opts, err := cmekpipe.FromConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	return opts
}

func TestDefaultsAreFilledIn(t *testing.T) {
	opts := mustOptions(t, goodConfig())
	want := goodConfig()
	want.Runner, want.Region, want.StagingLocation = "prism", "us-central1", "gs://bank-scratch/tmp/staging"
	if diff := cmp.Diff(want, opts.Config()); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if !opts.Valid() || opts.Key() != mustKeyName(t) || opts.Project() != "bank-prod" || opts.Region() != "us-central1" {
		t.Errorf("got key %v, project %q, region %q, want the configuration's", opts.Key(), opts.Project(), opts.Region())
	}
}

func TestPathsAreWrittenInOneWay(t *testing.T) {
	for temp, want := range map[string]string{
		"gs://bank-scratch/tmp/": "gs://bank-scratch/tmp", "gs://bank-scratch/": "gs://bank-scratch", "gs://bank-scratch": "gs://bank-scratch",
	} {
		c := goodConfig()
		c.TempLocation = temp
		got := mustOptions(t, c).Config()
		if got.TempLocation != want || got.StagingLocation != want+"/staging" {
			t.Errorf("%s: got temp %q and staging %q, want %q and its staging", temp, got.TempLocation, got.StagingLocation, want)
		}
		c.TempLocation, c.StagingLocation = "gs://bank-scratch/tmp", temp
		if got := mustOptions(t, c).Config(); got.StagingLocation != want {
			t.Errorf("%s: got staging %q, want %q", temp, got.StagingLocation, want)
		}
	}
}

func TestEqualComparesEverything(t *testing.T) {
	opts := mustOptions(t, goodConfig())
	same := goodConfig()
	same.Region, same.TempLocation, same.StagingLocation = "us-central1", "gs://bank-scratch/tmp/", "gs://bank-scratch/tmp/staging"
	same.Runner, same.Labels, same.Experiments = "prism", map[string]string{}, []string{}
	same.TransformNameMapping = map[string]string{}
	if other := mustOptions(t, same); !opts.Equal(other) || !other.Equal(opts) {
		t.Errorf("got unequal for one thing said in two ways: %v and %v", opts.Config(), other.Config())
	}
	other := goodConfig()
	other.Key += "2"
	label := goodConfig()
	label.Labels = map[string]string{"team": "risk"}
	for _, c := range []cmekpipe.Config{other, label} {
		if opts.Equal(mustOptions(t, c)) {
			t.Errorf("got equal, want options of %v to differ", c)
		}
	}
	var none *cmekpipe.Options
	if opts.Equal(none) || none.Equal(opts) || !none.Equal(nil) {
		t.Error("got nil equal to options, or not to nil")
	}
}

func TestOptionsShareNothingWithTheirMaker(t *testing.T) {
	c := goodConfig()
	c.Labels, c.Experiments, c.ServiceOptions = map[string]string{"team": "risk"}, []string{"a"}, []string{"b"}
	c.JobName, c.Update, c.TransformNameMapping = "nightly", true, map[string]string{"Old": "New"}
	opts, want := mustOptions(t, c), mustOptions(t, c)
	c.TransformNameMapping["Old"] = "x"
	c.Labels["team"], c.Experiments[0], c.ServiceOptions[0] = "x", "x", "x"
	out := opts.Config()
	out.TransformNameMapping["Old"] = "y"
	out.Labels["team"], out.Experiments[0], out.ServiceOptions[0] = "y", "y", "y"
	if !opts.Equal(want) {
		t.Errorf("got %v after changes outside, want %v", opts.Config(), want.Config())
	}
}

func TestZeroOptionsAreNotValid(t *testing.T) {
	var none *cmekpipe.Options
	if none.Valid() || new(cmekpipe.Options).Valid() {
		t.Error("got valid, want nil and the zero Options refused")
	}
}
