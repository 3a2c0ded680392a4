package cmekpipe_test

import (
	"errors"
	"flag"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// fields is a configuration under the names of Beam's flags.
type fields map[string]string

func goodConfig() cmekpipe.Config {
	return cmekpipe.Config{Key: goodKey, Project: "bank-prod", TempLocation: "gs://bank-scratch/tmp"}
}

func goodFields() fields {
	return fields{"dataflow_kms_key": goodKey, "project": "bank-prod", "temp_location": "gs://bank-scratch/tmp"}
}

// singleFault is a configuration that differs from a good one in one field. The flags say the same as change does.
type singleFault struct {
	name   string
	flags  fields
	change func(*cmekpipe.Config)
	code   cmekpipe.Code
	field  string
	reason string
}

func textFault(field, value string, code cmekpipe.Code, reason string, at func(*cmekpipe.Config) *string) singleFault {
	return singleFault{field + " " + value, fields{field: value}, func(c *cmekpipe.Config) { *at(c) = value }, code, field, reason}
}

func numberFault(field, value string, n int64, at func(*cmekpipe.Config) *int64) singleFault {
	return singleFault{field, fields{field: value}, func(c *cmekpipe.Config) { *at(c) = n }, cmekpipe.InvalidOptions, field,
		"got " + value + ", want 0 or more"}
}

func keyFaults() []singleFault {
	const field = "dataflow_kms_key"
	at := func(c *cmekpipe.Config) *string { return &c.Key }
	faults := []singleFault{
		textFault(field, "", cmekpipe.KeyMissing, "got no key", at),
		textFault(field, keyIn("global"), cmekpipe.LocationMismatch, `got a key in "global", want one in a single region`, at),
		textFault(field, keyIn("us"), cmekpipe.LocationMismatch, `got a key in "us"`, at),
		textFault(field, keyIn("europe"), cmekpipe.LocationMismatch, `got a key in "europe"`, at),
		textFault(field, keyIn("eur4"), cmekpipe.LocationMismatch, `got a key in "eur4"`, at),
	}
	for _, tt := range badKeyNames {
		if tt.text != "" {
			faults = append(faults, textFault(field, tt.text, cmekpipe.InvalidName, tt.reason, at))
		}
	}
	return faults
}

func projectFaults() []singleFault {
	at := func(c *cmekpipe.Config) *string { return &c.Project }
	return []singleFault{
		textFault("project", "", cmekpipe.InvalidOptions, "got no project, want the id of one", at),
		textFault("project", "Bank-Prod", cmekpipe.InvalidName, "want lower-case letters", at),
		textFault("project", "bank-prod\n", cmekpipe.InvalidName, `got project "bank-prod\n"`, at),
		textFault("project", "bank", cmekpipe.InvalidName, "want 6 to 30", at),
		textFault("project", "123456789012", cmekpipe.InvalidName, "got project number 123456789012, want an id", at),
	}
}

func pathFaults() []singleFault {
	temp := func(c *cmekpipe.Config) *string { return &c.TempLocation }
	staging := func(c *cmekpipe.Config) *string { return &c.StagingLocation }
	faults := []singleFault{
		textFault("temp_location", "", cmekpipe.InvalidOptions, "Dataflow chooses no temp location", temp),
	}
	for _, tt := range append([]refusal{{"", "gs://bank-out/tmp//..\t/", "got control characters"}}, badObjects...) {
		if strings.Trim(strings.TrimPrefix(tt.text, "gs://bank-out"), "/") == "" {
			continue // A path may be a whole bucket; an empty one is no fault of staging_location.
		}
		faults = append(faults, textFault("temp_location", tt.text, cmekpipe.InvalidName, tt.reason, temp),
			textFault("staging_location", tt.text, cmekpipe.InvalidName, tt.reason, staging))
	}
	return faults
}

func placeFaults() []singleFault {
	region := func(c *cmekpipe.Config) *string { return &c.Region }
	worker := func(c *cmekpipe.Config) *string { return &c.WorkerRegion }
	faults := []singleFault{
		{"experiment", fields{"experiments": "a,worker_region=us-east1"},
			func(c *cmekpipe.Config) { c.Experiments = []string{"a", "worker_region=us-east1"} },
			cmekpipe.LocationMismatch, "experiments", "got region us-east1, want us-central1"},
		{"two places", fields{"worker_region": "us-central1", "zone": "us-central1-a"},
			func(c *cmekpipe.Config) { c.WorkerRegion, c.Zone = "us-central1", "us-central1-a" },
			cmekpipe.InvalidOptions, "worker_region, worker_zone, zone", "got 2 of them"},
		{"place and experiment", fields{"worker_zone": "us-central1-a", "experiments": "worker_region=us-central1"},
			func(c *cmekpipe.Config) {
				c.WorkerZone, c.Experiments = "us-central1-a", []string{"worker_region=us-central1"}
			},
			cmekpipe.InvalidOptions, "worker_region, worker_zone, zone", "got 2 of them"},
		textFault("subnetwork", "regions/us-east1/subnetworks/workers", cmekpipe.LocationMismatch, "got region us-east1",
			func(c *cmekpipe.Config) *string { return &c.Subnetwork }),
		textFault("subnetwork", "https://www.googleapis.com/compute/v1/projects/p/regions/us-east1/subnetworks/workers",
			cmekpipe.LocationMismatch, "got region us-east1", func(c *cmekpipe.Config) *string { return &c.Subnetwork }),
	}
	for _, name := range []string{"workers", "regions//subnetworks/w", "regions/us-central1/subnetworks/", "regions/us-central1/x/w",
		"x/regions/us-central1/subnetworks/w", "regions/us-central1/subnetworks/w\n", "zones/us-central1/subnetworks/w",
		"evilgoogleapis.com/compute/v1/projects/p/regions/us-central1/subnetworks/w", "googleapis.com/regions/us-central1/subnetworks/w"} {
		faults = append(faults, textFault("subnetwork", name, cmekpipe.InvalidName, "want a subnetwork with its region",
			func(c *cmekpipe.Config) *string { return &c.Subnetwork }))
	}
	for field, at := range map[string]func(*cmekpipe.Config) *string{"region": region, "worker_region": worker} {
		faults = append(faults,
			textFault(field, "us-east1", cmekpipe.LocationMismatch, "got region us-east1, want us-central1", at),
			textFault(field, "US-CENTRAL1", cmekpipe.InvalidName, "want it in lower case", at),
			textFault(field, "us-central1\n", cmekpipe.InvalidName, `got location "us-central1\n"`, at),
			textFault(field, "global", cmekpipe.LocationMismatch, `got "global", want a single region`, at),
			textFault(field, "us", cmekpipe.LocationMismatch, `got "us", want a single region`, at),
			textFault(field, "us-central1-a", cmekpipe.LocationMismatch, `got "us-central1-a", want a single region`, at))
	}
	for field, at := range map[string]func(*cmekpipe.Config) *string{
		"worker_zone": func(c *cmekpipe.Config) *string { return &c.WorkerZone },
		"zone":        func(c *cmekpipe.Config) *string { return &c.Zone },
	} {
		faults = append(faults,
			textFault(field, "us-east1-b", cmekpipe.LocationMismatch, "got a zone of us-east1, want one of us-central1", at),
			textFault(field, "us-central1", cmekpipe.InvalidName, `got "us-central1", want a zone`, at),
			textFault(field, "us-central1-a\n", cmekpipe.InvalidName, "want a zone", at),
			textFault(field, "US-CENTRAL1-A", cmekpipe.InvalidName, "want it in lower case", at))
	}
	return faults
}

func workerFaults() []singleFault {
	faults := []singleFault{
		numberFault("num_workers", "-1", -1, func(c *cmekpipe.Config) *int64 { return &c.NumWorkers }),
		numberFault("max_num_workers", "-1", -1, func(c *cmekpipe.Config) *int64 { return &c.MaxNumWorkers }),
		numberFault("number_of_worker_harness_threads", "-2", -2, func(c *cmekpipe.Config) *int64 { return &c.WorkerHarnessThreads }),
		numberFault("disk_size_gb", "-3", -3, func(c *cmekpipe.Config) *int64 { return &c.DiskSizeGB }),
		numberFault("disk_provisioned_iops", "-4", -4, func(c *cmekpipe.Config) *int64 { return &c.DiskProvisionedIOPS }),
		numberFault("disk_provisioned_throughput_mibps", "-5", -5,
			func(c *cmekpipe.Config) *int64 { return &c.DiskProvisionedThroughputMiBps }),
		{"more workers than allowed", fields{"num_workers": "5", "max_num_workers": "4"},
			func(c *cmekpipe.Config) { c.NumWorkers, c.MaxNumWorkers = 5, 4 },
			cmekpipe.InvalidOptions, "num_workers", "got 5 workers, want at most 4"},
		textFault("autoscaling_algorithm", "none", cmekpipe.InvalidOptions, `got "none"`,
			func(c *cmekpipe.Config) *string { return &c.AutoscalingAlgorithm }),
		textFault("flexrs_goal", "COST", cmekpipe.InvalidOptions, `got "COST"`,
			func(c *cmekpipe.Config) *string { return &c.FlexRSGoal }),
		textFault("runner", "samza", cmekpipe.InvalidOptions, `got "samza"`, func(c *cmekpipe.Config) *string { return &c.Runner }),
		textFault("teardown_policy", "NEVER", cmekpipe.InvalidOptions, `got "NEVER"`,
			func(c *cmekpipe.Config) *string { return &c.TeardownPolicy }),
		{"service options", fields{"dataflow_service_options": "a,b\nc"},
			func(c *cmekpipe.Config) { c.ServiceOptions = []string{"a", "b\nc"} },
			cmekpipe.InvalidOptions, "dataflow_service_options", `"b\nc"`},
		{"experiments", fields{"experiments": "a\x00"}, func(c *cmekpipe.Config) { c.Experiments = []string{"a\x00"} },
			cmekpipe.InvalidOptions, "experiments", `"a\x00"`},
	}
	for field, at := range map[string]func(*cmekpipe.Config) *string{
		"worker_binary":       func(c *cmekpipe.Config) *string { return &c.WorkerBinary },
		"sdk_container_image": func(c *cmekpipe.Config) *string { return &c.SDKContainerImage },
		"network":             func(c *cmekpipe.Config) *string { return &c.Network },
		"worker_machine_type": func(c *cmekpipe.Config) *string { return &c.MachineType },
		"min_cpu_platform":    func(c *cmekpipe.Config) *string { return &c.MinCPUPlatform },
		"disk_type":           func(c *cmekpipe.Config) *string { return &c.DiskType },
	} {
		faults = append(faults, textFault(field, "x\r\ny", cmekpipe.InvalidOptions, "got control characters", at))
	}
	return faults
}

func allSingleFaults() []singleFault {
	var all []singleFault
	for _, group := range [][]singleFault{
		keyFaults(), projectFaults(), pathFaults(), placeFaults(), workerFaults(), metadataFaults(), replaceFaults(),
		environmentFaults(), forbiddenFaults(), sameKeyFaults(),
	} {
		all = append(all, group...)
	}
	return all
}

// fromFields passes fields to FromFlags, as a command line would.
func fromFields(t *testing.T, f fields) (*cmekpipe.Options, error) {
	t.Helper()
	fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
	cmekpipe.RegisterFlags(fs)
	for name, value := range f {
		if err := fs.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := fs.Parse(nil); err != nil {
		t.Fatal(err)
	}
	return cmekpipe.FromFlags(fs)
}

func TestFromConfigAndFromFlagsReturnTheSameFaults(t *testing.T) {
	for _, tt := range allSingleFaults() {
		t.Run(tt.name, func(t *testing.T) {
			config := goodConfig()
			tt.change(&config)
			opts, err := cmekpipe.FromConfig(config)
			checkOneFault(t, opts, err, "cmekpipe.FromConfig", tt)

			all := goodFields()
			maps.Copy(all, tt.flags)
			opts, flagsErr := fromFields(t, all)
			checkOneFault(t, opts, flagsErr, "cmekpipe.FromFlags", tt)
			if diff := cmp.Diff(faultTexts(err), faultTexts(flagsErr)); diff != "" {
				t.Errorf("faults differ (-FromConfig +FromFlags):\n%s", diff)
			}
		})
	}
}

// checkOneFault requires exactly one fault, and no options.
func checkOneFault(t *testing.T, opts *cmekpipe.Options, err error, op string, want singleFault) {
	t.Helper()
	if opts.Valid() {
		t.Fatalf("got options %v, want none", opts.Config())
	}
	faults := cmekpipe.OptionErrors(err)
	if len(faults) != 1 {
		t.Fatalf("got %d faults, want one: %v", len(faults), err)
	}
	checkRefusal(t, faults[0], "", want.code, want.field, want.reason)
	checkWhole(t, err, op, want.code)
}

// checkWhole checks the error around the faults.
func checkWhole(t *testing.T, err error, op string, codes ...cmekpipe.Code) {
	t.Helper()
	e, ok := errors.AsType[*cmekpipe.Error](err)
	if !ok || e.Op != op || e.Code != cmekpipe.InvalidOptions || e.Resource != "job options" || e.Hint == "" {
		t.Errorf("got %#v, want an error of %s with a hint", err, op)
	}
	for _, code := range codes {
		if !errors.Is(err, code) {
			t.Errorf("errors.Is(err, %q): got false, want true: %v", code, err)
		}
	}
	checkFound(t, e)
}

func faultTexts(err error) []string {
	var texts []string
	for _, f := range cmekpipe.OptionErrors(err) {
		texts = append(texts, f.Error())
	}
	return texts
}
