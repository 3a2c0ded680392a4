package cmekpipe_test

import (
	"errors"
	"flag"
	"fmt"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

const exampleKey = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"

func ExampleFor() {
	key := cmekpipe.MustParseKey[location.USCentral1](exampleKey)
	scratch := cmekpipe.MustParseBucket[location.USCentral1]("bank-scratch")

	opts, err := cmekpipe.For(key).
		Project("bank-prod").
		TempLocation(scratch.Path("tmp")).
		Runner("dataflow").
		With(func(c *cmekpipe.Config) { c.MaxNumWorkers = 20 }).
		Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(opts.Region())
	fmt.Println(opts.Config().StagingLocation)
	// Output:
	// us-central1
	// gs://bank-scratch/tmp/staging
}

func ExampleFromFlags() {
	fs := flag.NewFlagSet("nightly", flag.ContinueOnError)
	cmekpipe.RegisterFlags(fs)
	if err := fs.Parse([]string{
		"--runner=dataflow", "--project=bank-prod", "--temp_location=gs://bank-scratch/tmp", "--dataflow_kms_key=" + exampleKey,
	}); err != nil {
		fmt.Println(err)
		return
	}
	opts, err := cmekpipe.FromFlags(fs)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(opts.Key().ID(), "in", opts.Region())
	// Output: pipelines in us-central1
}

func ExampleFromConfig() {
	_, err := cmekpipe.FromConfig(cmekpipe.Config{
		Key: exampleKey, Project: "bank-prod", TempLocation: "gs://bank-scratch/tmp", WorkerRegion: "us-east1",
	})
	fmt.Println(errors.Is(err, cmekpipe.LocationMismatch))
	// Output: true
}

func ExampleParseKeyName() {
	key, err := cmekpipe.ParseKeyName(exampleKey)
	fmt.Println(key.Project(), key.Location(), key.KeyRing(), key.ID(), err)

	_, err = cmekpipe.ParseKeyName(exampleKey + "/cryptoKeyVersions/7")
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		fmt.Println(e.Code, "-", e.Err)
		fmt.Println(e.Hint)
	}
	// Output:
	// bank-keys us-central1 dataflow pipelines <nil>
	// invalid name - got a key version, want a key
	// cut "/cryptoKeyVersions/7": Google Cloud picks the key's primary version itself
}

// Cloud Storage was given a key and reports a version of it.
func ExampleParseKeyOrVersion() {
	want, _ := cmekpipe.ParseKeyName(exampleKey)
	for _, reported := range []string{exampleKey + "/cryptoKeyVersions/3", exampleKey + "2/cryptoKeyVersions/1"} {
		got, err := cmekpipe.ParseKeyOrVersion(reported)
		fmt.Println(got.ID(), got == want, err)
	}
	// Output:
	// pipelines true <nil>
	// pipelines2 false <nil>
}

func ExampleOptionErrors() {
	_, err := cmekpipe.FromConfig(cmekpipe.Config{
		Key:          "projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/pipelines",
		Project:      "bank-prod",
		TempLocation: "gs:/bank-scratch/tmp",
		SDKVersion:   "2.39.0",
	})
	for _, f := range cmekpipe.OptionErrors(err) {
		fmt.Printf("--%s: %s\n", f.Resource, f.Hint)
	}
	// Output:
	// --dataflow_kms_key: create a key ring in the region where the job is to run
	// --temp_location: use gs://BUCKET/NAME
	// --sdk_version: use 2.40.0 or newer
}

func ExampleKey_Object() {
	key := cmekpipe.MustParseKey[location.EUR4]("projects/bank-keys/locations/eur4/keyRings/reports/cryptoKeys/totals")
	out, err := key.Object("gs://bank-reports/2026/totals")
	fmt.Println(out, err)
	fmt.Println(out.Key())

	_, err = key.Object("/var/reports/totals")
	fmt.Println(errors.Is(err, cmekpipe.InvalidName))
	// Output:
	// gs://bank-reports/2026/totals <nil>
	// projects/bank-keys/locations/eur4/keyRings/reports/cryptoKeys/totals
	// true
}

func ExampleFindError() {
	output := `job failed: process bundle failed
	caused by:
cmekpipe[key-disabled] textio.Write: "gs://bank-out/part-0": Error 400; hint: enable the key version
goroutine 1 [running]`
	if e, ok := cmekpipe.FindError(output); ok {
		fmt.Println(e.Code, "at", e.Resource)
		fmt.Println(e.Hint)
	}
	// Output:
	// key disabled at gs://bank-out/part-0
	// enable the key version
}
