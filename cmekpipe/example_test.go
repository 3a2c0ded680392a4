package cmekpipe_test

import (
	"errors"
	"flag"
	"fmt"
	"strings"

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
		Runner(cmekpipe.RunnerDataflow).
		With(func(c *cmekpipe.Config) { c.MaxNumWorkers = 20 }).
		Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(opts.Region())
	fmt.Println(opts.StagingLocation(), opts.Workers().MaxNumWorkers)
	// Output:
	// us-central1
	// gs://bank-scratch/tmp/staging 20
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

// The type of the key holds its location: the compiler compares it with that of buckets.
func ExampleParseKey() {
	const name = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines"
	key, err := cmekpipe.ParseKey[location.USCentral1](name)
	fmt.Println(key.Name().ID(), err)

	_, err = cmekpipe.ParseKey[location.EuropeWest1](name)
	fmt.Println(errors.Is(err, cmekpipe.LocationMismatch))
	// Output:
	// pipelines <nil>
	// true
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
	// invalid name - got a key version, want a key: Google Cloud uses the key's primary version
	// write projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines
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
	// --dataflow_kms_key: use a key in the job's region; to create one in us-central1: gcloud kms keyrings create dataflow --location=us-central1 --project=bank-keys && gcloud kms keys create pipelines --purpose=encryption --keyring=dataflow --location=us-central1 --project=bank-keys
	// --temp_location: write gs://bank-scratch/tmp
	// --sdk_version: use 2.40.0 or newer: go get github.com/apache/beam/sdks/v2@latest
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

// Parameters of a template, in the spelling of another SDK.
func ExampleCheckOptions() {
	key, _ := cmekpipe.ParseKeyName(exampleKey)
	err := cmekpipe.CheckOptions(key, map[string]string{
		"dataflowKmsKey": exampleKey, "workerRegion": "us-east1", "saveHeapDumpsToGcsPath": "gs://bank-dumps", "input": "gs://bank-in/*",
	})
	for _, f := range cmekpipe.OptionErrors(err) {
		fmt.Printf("%s: %s\n", f.Resource, f.Code)
	}
	// Output:
	// saveHeapDumpsToGcsPath: unsupported
	// workerRegion: location mismatch
}

// The options that are refused, and why.
func ExampleForbiddenOptions() {
	for _, o := range cmekpipe.ForbiddenOptions() {
		fmt.Printf("%s, %s\n", strings.Join(o.Names, ", "), o.Reason)
	}
	// Output:
	// enable_data_sampling, enable_always_on_exception_sampling, which writes elements below temp_location without naming the key
	// enable_hot_key_logging, hot_key_logging_enabled, which writes keys of elements to Cloud Logging, outside the job's key
	// enable_google_cloud_profiler, enable_google_cloud_heap_sampling, which sends profiles to Cloud Profiler, outside the job's key
	// cpu_profiling, save_profiles_to_gcs, profile_location, profile_cpu, profile_memory, profiling_agent_configuration, which writes profiles to Cloud Storage without naming the key
	// session_recording, which records the messages between runner and worker, including elements, without naming the key
	// save_heap_dumps_to_gcs_path, dump_heap_on_oom, enable_heap_dumps, which uploads the memory of workers to Cloud Storage without naming the key
	// enable_launcher_vm_serial_port_logging, which writes the launcher's console to Cloud Logging, outside the job's key
	// enable_stackdriver_agent_metrics, stackdriver_agent, which runs an agent next to the data, from an image that is no longer maintained
	// disable_staged_file_integrity_checks, which lets workers run another file than the one that was staged
	// disable_runner_v2, disable_prime_runner_v2, disable_portable_runner, enable_streaming_java_runner, which turns off Runner v2, the only runner for Go
	// use_runner_v2, beam_fn_api, use_unified_worker, use_portable_job_submission, which is switched off, and with it Runner v2, the only runner for Go
	// create_or_update_job, which replaces a running job without the checks of an update
	// dataflow_endpoint, which sends the job to a service whose use of the key is unverified
	// endpoint, which names a job service of another runner, which does not use the key
	// retain_docker_containers, which leaves containers and their data on a disk that is not encrypted with the key
	// parallelism, which only Flink supports
	// beam_strict, which Dataflow and Prism ignore
	// dot_file, which belongs to Beam's runner dot
}
