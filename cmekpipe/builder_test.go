package cmekpipe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

func centralBuilder() *cmekpipe.Builder[location.USCentral1] {
	return cmekpipe.For(centralKey()).Project("bank-prod").TempLocation(centralBucket().Path("tmp"))
}

func TestBuilderSaysWhatConfigSays(t *testing.T) {
	got, err := centralBuilder().Build()
	if err != nil {
		t.Fatal(err)
	}
	if want := mustOptions(t, goodConfig()); !got.Equal(want) {
		t.Errorf("got %v, want %v", got.Config(), want.Config())
	}
	got, err = centralBuilder().StagingLocation(centralBucket().Path("stage/")).Runner("dataflow").JobName("nightly").
		With(func(c *cmekpipe.Config) { c.MaxNumWorkers = 9 }).Build()
	if err != nil {
		t.Fatal(err)
	}
	c := goodConfig()
	c.StagingLocation, c.Runner, c.JobName, c.MaxNumWorkers = "gs://bank-scratch/stage", "dataflow", "nightly", 9
	if want := mustOptions(t, c); !got.Equal(want) {
		t.Errorf("got %v, want %v", got.Config(), want.Config())
	}
}

// stepFields belong to the builder's steps, and only what has a type goes in there.
var stepFields = map[string]bool{
	"dataflow_kms_key": true, "project": true, "region": true, "temp_location": true, "staging_location": true,
}

func TestBuilderReturnsTheFaultsOfFromConfig(t *testing.T) {
	checked := 0
	for _, tt := range allSingleFaults() {
		if stepFields[tt.field] {
			continue
		}
		checked++
		t.Run(tt.name, func(t *testing.T) {
			opts, err := centralBuilder().With(tt.change).Build()
			checkOneFault(t, opts, err, "cmekpipe.Builder.Build", tt)
			config := goodConfig()
			tt.change(&config)
			_, configErr := cmekpipe.FromConfig(config)
			if diff := cmp.Diff(faultTexts(configErr), faultTexts(err)); diff != "" {
				t.Errorf("faults differ (-FromConfig +Build):\n%s", diff)
			}
		})
	}
	if checked == 0 {
		t.Error("got no case, want some")
	}
}

func TestWithLeavesTheStepsAlone(t *testing.T) {
	for field, change := range map[string]func(*cmekpipe.Config){
		"dataflow_kms_key": func(c *cmekpipe.Config) { c.Key = keyIn("us-east1") },
		"project":          func(c *cmekpipe.Config) { c.Project = "bank-test" },
		"region":           func(c *cmekpipe.Config) { c.Region = "us-central1" },
		"temp_location":    func(c *cmekpipe.Config) { c.TempLocation = "" },
		"staging_location": func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-east/x" },
	} {
		t.Run(field, func(t *testing.T) {
			opts, err := centralBuilder().With(change).Build()
			checkOneFault(t, opts, err, "cmekpipe.Builder.Build", singleFault{
				code: cmekpipe.InvalidOptions, field: field, reason: "through With, want it in the builder's own step"})
		})
	}
}

func TestWithSharesNothingWithItsFunction(t *testing.T) {
	labels := map[string]string{"team": "risk"}
	var kept *cmekpipe.Config
	b := centralBuilder().With(func(c *cmekpipe.Config) { c.Labels, kept = labels, c })
	labels["team"], kept.Key = "x", ""
	opts, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if got := opts.Config().Labels["team"]; got != "risk" {
		t.Errorf("got label %q after a change outside, want risk", got)
	}
}

func TestBuilderMayBuildAgain(t *testing.T) {
	b := centralBuilder().JobName("Bad")
	if _, err := b.Build(); err == nil {
		t.Fatal("got no error, want a bad job name refused")
	}
	first, err := b.JobName("good").Build()
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.JobName("better").Build()
	if err != nil {
		t.Fatal(err)
	}
	if first.Config().JobName != "good" || second.Config().JobName != "better" {
		t.Errorf("got %q and %q, want good and better", first.Config().JobName, second.Config().JobName)
	}
}

func TestBuilderRefusesZeroValues(t *testing.T) {
	type region = location.USCentral1
	var bucket cmekpipe.Bucket[region]
	for _, tt := range []struct {
		name, field string
		code        cmekpipe.Code
		builder     *cmekpipe.Builder[region]
	}{
		{"key", "dataflow_kms_key", cmekpipe.KeyMissing,
			cmekpipe.For(cmekpipe.Key[region]{}).Project("bank-prod").TempLocation(centralBucket().Path("tmp"))},
		{"first step", "dataflow_kms_key", cmekpipe.KeyMissing,
			cmekpipe.NeedsProject[region]{}.Project("bank-prod").TempLocation(centralBucket().Path("tmp"))},
		{"project", "project", cmekpipe.InvalidOptions,
			cmekpipe.For(centralKey()).Project("").TempLocation(centralBucket().Path("tmp"))},
		{"path", "temp_location", cmekpipe.InvalidOptions,
			cmekpipe.For(centralKey()).Project("bank-prod").TempLocation(cmekpipe.Path[region]{})},
		{"bucket", "temp_location", cmekpipe.InvalidOptions,
			cmekpipe.For(centralKey()).Project("bank-prod").TempLocation(bucket.Path("tmp"))},
		{"staging path", "staging_location", cmekpipe.InvalidName,
			centralBuilder().StagingLocation(cmekpipe.Path[region]{})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts, err := tt.builder.Build()
			checkOneFault(t, opts, err, "cmekpipe.Builder.Build", singleFault{code: tt.code, field: tt.field})
		})
	}
	_, err := new(cmekpipe.Builder[region]).Build()
	if got := len(cmekpipe.OptionErrors(err)); got != 3 {
		t.Errorf("got %d faults of the zero Builder, want 3: %v", got, err)
	}
}

// multiRegion claims to be one region and is not.
type multiRegion struct{ location.Region }

func (multiRegion) ID() string { return "europe" }

func TestBuilderRefusesATypeThatPosesAsARegion(t *testing.T) {
	key, err := cmekpipe.ParseKey[multiRegion](keyIn("europe"))
	if err != nil {
		t.Fatal(err)
	}
	bucket := cmekpipe.MustParseBucket[multiRegion]("bank-scratch")
	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
	checkOneFault(t, opts, err, "cmekpipe.Builder.Build", singleFault{
		code: cmekpipe.LocationMismatch, field: "dataflow_kms_key", reason: `got a key in "europe"`})
}

func TestBuilderAcceptsAnUnknownRegion(t *testing.T) {
	key := cmekpipe.MustParseKey[europeNorth9]("projects/bank-keys/locations/europe-north9/keyRings/r/cryptoKeys/k")
	bucket := cmekpipe.MustParseBucket[europeNorth9]("bank-scratch")
	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
	if err != nil || opts.Region() != "europe-north9" {
		t.Errorf("got %v, want options in europe-north9", err)
	}
}
