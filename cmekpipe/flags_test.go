package cmekpipe_test

import (
	"flag"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

type flagEffect struct {
	name, value string
	set         func(*cmekpipe.Config)
}

// flagsBeside are those without which a flag is refused.
func flagsBeside(name string) []flagEffect {
	job := flagEffect{"job_name", "nightly", func(c *cmekpipe.Config) { c.JobName = "nightly" }}
	switch name {
	case "update":
		return []flagEffect{job}
	case "cmek_reviewed":
		return []flagEffect{{"cmek_strict", "true", func(c *cmekpipe.Config) { c.Strict = true }}}
	case "transform_name_mapping":
		return []flagEffect{job, {"update", "true", func(c *cmekpipe.Config) { c.Update = true }}}
	}
	return nil
}

// flagEffects is every flag that is read, a good value of it and what that sets.
var flagEffects = []flagEffect{
	{"runner", "dataflow", func(c *cmekpipe.Config) { c.Runner = "dataflow" }},
	{"dataflow_kms_key", goodKey + "2", func(c *cmekpipe.Config) { c.Key = goodKey + "2" }},
	{"project", "example.com:proj", func(c *cmekpipe.Config) { c.Project = "example.com:proj" }},
	{"region", "us-central1", func(c *cmekpipe.Config) { c.Region = "us-central1" }},
	{"temp_location", "gs://bank-scratch", func(c *cmekpipe.Config) { c.TempLocation = "gs://bank-scratch" }},
	{"staging_location", "gs://bank-stage/x", func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-stage/x" }},
	{"job_name", "nightly-1", func(c *cmekpipe.Config) { c.JobName = "nightly-1" }},
	{"labels", `{"team":"risk"}`, func(c *cmekpipe.Config) { c.Labels = map[string]string{"team": "risk"} }},
	{"update", "true", func(c *cmekpipe.Config) { c.Update = true }},
	{"transform_name_mapping", `{"Old":"New","Gone":""}`,
		func(c *cmekpipe.Config) { c.TransformNameMapping = map[string]string{"Old": "New", "Gone": ""} }},
	{"template_location", "gs://bank-scratch/nightly.json",
		func(c *cmekpipe.Config) { c.TemplateLocation = "gs://bank-scratch/nightly.json" }},
	{"dry_run", "true", func(c *cmekpipe.Config) { c.DryRun = true }},
	{"cmek_strict", "true", func(c *cmekpipe.Config) { c.Strict = true }},
	{"cmek_reviewed", "main.fn", func(c *cmekpipe.Config) { c.Strict, c.Reviewed = true, []string{"main.fn"} }},
	{"async", "true", func(c *cmekpipe.Config) { c.Async = true }},
	{"execute_async", "true", func(c *cmekpipe.Config) { c.Async = true }},
	{"worker_binary", "bin/worker", func(c *cmekpipe.Config) { c.WorkerBinary = "bin/worker" }},
	{"sdk_container_image", "gcr.io/p/i:1", func(c *cmekpipe.Config) { c.SDKContainerImage = "gcr.io/p/i:1" }},
	{"worker_harness_container_image", "gcr.io/p/i:2", func(c *cmekpipe.Config) { c.SDKContainerImage = "gcr.io/p/i:2" }},
	{"environment_config", "gcr.io/p/i:3", func(c *cmekpipe.Config) { c.SDKContainerImage = "gcr.io/p/i:3" }},
	{"environment_type", "loopback", func(c *cmekpipe.Config) { c.EnvironmentType = "LOOPBACK" }},
	{"sdk_harness_container_image_override", ".*java.*,gcr.io/p/java:1", func(c *cmekpipe.Config) {
		c.SDKContainerImageOverrides = map[string]string{".*java.*": "gcr.io/p/java:1"}
	}},
	{"resource_hints", "min_ram=12GB", func(c *cmekpipe.Config) { c.ResourceHints = []string{"min_ram=12GB"} }},
	{"element_processing_timeout", "5m", func(c *cmekpipe.Config) { c.ElementProcessingTimeout = 5 * time.Minute }},
	{"element_processing_timeout", "-1ns", func(c *cmekpipe.Config) {}},
	{"teardown_policy", "TEARDOWN_ALWAYS", func(c *cmekpipe.Config) { c.TeardownPolicy = "TEARDOWN_ALWAYS" }},
	{"service_account_email", "w@bank-prod.iam.gserviceaccount.com",
		func(c *cmekpipe.Config) { c.ServiceAccountEmail = "w@bank-prod.iam.gserviceaccount.com" }},
	{"network", "inner", func(c *cmekpipe.Config) { c.Network = "inner" }},
	{"subnetwork", "regions/us-central1/subnetworks/w", func(c *cmekpipe.Config) { c.Subnetwork = "regions/us-central1/subnetworks/w" }},
	{"no_use_public_ips", "true", func(c *cmekpipe.Config) { c.NoPublicIPs = true }},
	{"use_public_ips", "false", func(c *cmekpipe.Config) { c.NoPublicIPs = true }},
	{"num_workers", "0", func(c *cmekpipe.Config) {}},
	{"num_workers", "3", func(c *cmekpipe.Config) { c.NumWorkers = 3 }},
	{"max_num_workers", "9", func(c *cmekpipe.Config) { c.MaxNumWorkers = 9 }},
	{"number_of_worker_harness_threads", "12", func(c *cmekpipe.Config) { c.WorkerHarnessThreads = 12 }},
	{"worker_machine_type", "n2-standard-4", func(c *cmekpipe.Config) { c.MachineType = "n2-standard-4" }},
	{"machine_type", "n2-standard-8", func(c *cmekpipe.Config) { c.MachineType = "n2-standard-8" }},
	{"min_cpu_platform", "Intel Ice Lake", func(c *cmekpipe.Config) { c.MinCPUPlatform = "Intel Ice Lake" }},
	{"disk_size_gb", "50", func(c *cmekpipe.Config) { c.DiskSizeGB = 50 }},
	{"disk_type", "pd-ssd", func(c *cmekpipe.Config) { c.DiskType = "pd-ssd" }},
	{"disk_provisioned_iops", "3000", func(c *cmekpipe.Config) { c.DiskProvisionedIOPS = 3000 }},
	{"disk_provisioned_throughput_mibps", "140", func(c *cmekpipe.Config) { c.DiskProvisionedThroughputMiBps = 140 }},
	{"autoscaling_algorithm", "NONE", func(c *cmekpipe.Config) { c.AutoscalingAlgorithm = "NONE" }},
	{"flexrs_goal", "FLEXRS_COST_OPTIMIZED", func(c *cmekpipe.Config) { c.FlexRSGoal = "FLEXRS_COST_OPTIMIZED" }},
	{"worker_region", "us-central1", func(c *cmekpipe.Config) { c.WorkerRegion = "us-central1" }},
	{"worker_zone", "us-central1-a", func(c *cmekpipe.Config) { c.WorkerZone = "us-central1-a" }},
	{"zone", "us-central1-f", func(c *cmekpipe.Config) { c.Zone = "us-central1-f" }},
	{"experiments", "a,b=c", func(c *cmekpipe.Config) { c.Experiments = []string{"a", "b=c"} }},
	{"dataflow_service_options", "x,y=z", func(c *cmekpipe.Config) { c.ServiceOptions = []string{"x", "y=z"} }},
}

func TestEveryFlagSetsItsField(t *testing.T) {
	for _, tt := range flagEffects {
		t.Run(tt.name, func(t *testing.T) {
			all := goodFields()
			all[tt.name] = tt.value
			for _, other := range flagsBeside(tt.name) {
				all[other.name] = other.value
			}
			got, err := fromFields(t, all)
			if err != nil {
				t.Fatal(err)
			}
			c := goodConfig()
			for _, set := range slices.Concat(flagsBeside(tt.name), []flagEffect{tt}) {
				set.set(&c)
			}
			if diff := cmp.Diff(mustOptions(t, c).Config(), got.Config()); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryFlagAndEveryFieldIsCovered(t *testing.T) {
	fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
	cmekpipe.RegisterFlags(fs)
	covered := make(map[string]bool)
	var all cmekpipe.Config
	for _, tt := range flagEffects {
		covered[tt.name] = true
		tt.set(&all)
	}
	fs.VisitAll(func(f *flag.Flag) {
		if !covered[f.Name] || f.Usage == "" {
			t.Errorf("flag %s has no case or no usage, want both", f.Name)
		}
		delete(covered, f.Name)
	})
	for name := range covered {
		t.Errorf("got no flag %s, want it registered", name)
	}
	value := reflect.ValueOf(all)
	for i := range value.NumField() {
		if name := value.Type().Field(i).Name; value.Field(i).IsZero() && name != "SDKVersion" {
			t.Errorf("no flag sets field %s, want one", name)
		}
	}
}

func TestFlagsOfABeamRunnerAreReadAsTheyStand(t *testing.T) {
	fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
	workers := fs.Int64("num_workers", 0, "as Beam defines it")
	public := fs.Bool("use_public_ips", true, "as Beam defines it")
	cmekpipe.RegisterFlags(fs)
	err := fs.Parse([]string{"--dataflow_kms_key=" + goodKey, "--project=bank-prod", "--temp_location=gs://bank-scratch/tmp",
		"--num_workers=7", "--use_public_ips=false", "--async"})
	if err != nil {
		t.Fatal(err)
	}
	opts, err := cmekpipe.FromFlags(fs)
	if err != nil {
		t.Fatal(err)
	}
	if c := opts.Config(); *workers != 7 || *public || c.NumWorkers != 7 || !c.NoPublicIPs || !c.Async {
		t.Errorf("got %+v, want 7 workers without public addresses, asynchronously", c)
	}
}

func TestFromFlagsLeavesTheFlagsOfOthersAlone(t *testing.T) {
	fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
	fs.String("input", "", "the program's own")
	cmekpipe.RegisterFlags(fs)
	for name, value := range goodFields() {
		if err := fs.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := fs.Set("input", "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := cmekpipe.FromFlags(fs); err != nil {
		t.Errorf("got %v, want none", err)
	}
}

func TestFromFlagsRefusesWhatOnlyFlagsCanSayWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		flags  fields
		field  string
		reason string
	}{
		"no number":         {fields{"num_workers": "many"}, "num_workers", "want a whole number"},
		"too big a number":  {fields{"disk_size_gb": "9223372036854775808"}, "disk_size_gb", "want a whole number"},
		"no JSON":           {fields{"labels": "team=risk"}, "labels", "want a JSON object of strings"},
		"no JSON mapping":   {fields{"transform_name_mapping": "Old=New"}, "transform_name_mapping", "want a JSON object of strings"},
		"JSON of numbers":   {fields{"labels": `{"team":1}`}, "labels", "want a JSON object of strings"},
		"two machine types": {fields{"worker_machine_type": "a", "machine_type": "b"}, "worker_machine_type, machine_type", "got two values"},
		"two images": {fields{"sdk_container_image": "a", "worker_harness_container_image": "b"},
			"sdk_container_image, worker_harness_container_image", "got two values"},
		"an image and an environment": {fields{"sdk_container_image": "a", "environment_config": "b"},
			"sdk_container_image, environment_config", "got two values"},
		"no image for another": {fields{"sdk_harness_container_image_override": ".*java.*"},
			"sdk_harness_container_image_override", "want a regular expression and an image with a comma"},
		"no duration": {fields{"element_processing_timeout": "5"}, "element_processing_timeout", "want a duration"},
		"two asyncs":  {fields{"async": "true", "execute_async": "false"}, "async, execute_async", "got two values"},
		"public and not": {fields{"use_public_ips": "true", "no_use_public_ips": "true"},
			"use_public_ips, no_use_public_ips", "got flags that contradict each other"},
		"neither public nor not": {fields{"use_public_ips": "false", "no_use_public_ips": "false"},
			"use_public_ips, no_use_public_ips", "got flags that contradict each other"},
	} {
		t.Run(name, func(t *testing.T) {
			all := goodFields()
			maps.Copy(all, tt.flags)
			opts, err := fromFields(t, all)
			checkOneFault(t, opts, err, "cmekpipe.FromFlags", singleFault{
				code: cmekpipe.InvalidOptions, field: tt.field, reason: tt.reason})
		})
	}
}

// A program may have defined a flag itself, as text.
func TestFromFlagsRefusesTextForTrueOrFalse(t *testing.T) {
	for _, name := range []string{"async", "use_public_ips"} {
		fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
		fs.String(name, "", "the program's own")
		cmekpipe.RegisterFlags(fs)
		all := goodFields()
		all[name] = "perhaps"
		for name, value := range all {
			if err := fs.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		opts, err := cmekpipe.FromFlags(fs)
		checkOneFault(t, opts, err, "cmekpipe.FromFlags", singleFault{
			code: cmekpipe.InvalidOptions, field: name, reason: "want true or false"})
	}
}

func TestTwoNamesMayAgree(t *testing.T) {
	all := goodFields()
	maps.Copy(all, fields{"worker_machine_type": "a", "machine_type": "a", "use_public_ips": "false", "no_use_public_ips": "true",
		"async": "true", "execute_async": "true"})
	opts, err := fromFields(t, all)
	if err != nil {
		t.Fatal(err)
	}
	if c := opts.Config(); c.MachineType != "a" || !c.NoPublicIPs || !c.Async {
		t.Errorf("got %+v, want what both names say", c)
	}
}

// forbiddenFlags are Beam's flags that are not carried, and a part of the reason.
var forbiddenFlags = map[string]string{
	"dataflow_endpoint": "whose use of the key is unverified", "endpoint": "a job service of another runner",
	"cpu_profiling": "writes profiles to Cloud Storage without naming the key", "parallelism": "which only Flink supports",
	"retain_docker_containers": "on a disk that is not encrypted with the key", "beam_strict": "which Dataflow and Prism ignore",
	"dot_file": "Beam's runner dot", "enable_hot_key_logging": "to Cloud Logging, outside the job's key",
	"session_recording": "including elements, without naming the key",
}

func TestFromFlagsRefusesWhatItDoesNotCarry(t *testing.T) {
	for name, reason := range forbiddenFlags {
		t.Run(name, func(t *testing.T) {
			fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
			cmekpipe.RegisterFlags(fs)
			fs.String(name, "default", "as a runner defines it")
			for name, value := range goodFields() {
				if err := fs.Set(name, value); err != nil {
					t.Fatal(err)
				}
			}
			for value, want := range map[string]int{"default": 0, "secret": 1} {
				if err := fs.Set(name, value); err != nil {
					t.Fatal(err)
				}
				_, err := cmekpipe.FromFlags(fs)
				faults := cmekpipe.OptionErrors(err)
				if len(faults) != want {
					t.Fatalf("--%s=%s: got %v, want %d faults", name, value, err, want)
				}
				for _, f := range faults {
					checkRefusal(t, f, "", cmekpipe.Unsupported, name, reason)
					if strings.Contains(f.Error(), value) || !strings.Contains(f.Hint, "; see https://") {
						t.Errorf("got %v, want the source and not the value", f)
					}
				}
			}
		})
	}
}

// strs is how Beam defines its repeated flags.
type strs []string

func (s *strs) String() string     { return strings.Join(*s, "|") }
func (s *strs) Set(v string) error { *s = append(*s, v); return nil }
func (s strs) Get() any            { return s }

func TestRepeatedFlagsAreReadWhole(t *testing.T) {
	args := []string{"--resource_hints=min_ram=1GB", "--resource_hints=cpu_count=4",
		"--sdk_harness_container_image_override=.*java.*,a", "--sdk_harness_container_image_override=.*python.*,b,c"}
	for name, value := range goodFields() {
		args = append(args, "--"+name+"="+value)
	}
	for _, beams := range []bool{false, true} {
		fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
		if beams {
			fs.Var(new(strs), "resource_hints", "as Beam defines it")
			fs.Var(new(strs), "sdk_harness_container_image_override", "as Beam defines it")
		}
		cmekpipe.RegisterFlags(fs)
		fs.PrintDefaults() // it asks the zero value for its text
		if err := fs.Parse(args); err != nil {
			t.Fatal(err)
		}
		opts, err := cmekpipe.FromFlags(fs)
		if err != nil {
			t.Fatal(err)
		}
		want := goodConfig()
		want.ResourceHints = []string{"min_ram=1GB", "cpu_count=4"}
		want.SDKContainerImageOverrides = map[string]string{".*java.*": "a", ".*python.*": "b,c"}
		if diff := cmp.Diff(mustOptions(t, want).Config(), opts.Config()); diff != "" {
			t.Errorf("flags of Beam: %v: configuration (-want +got):\n%s", beams, diff)
		}
	}
}

func TestTextsOfARepeatedFlagAreShown(t *testing.T) {
	fs := flag.NewFlagSet(t.Name(), flag.ContinueOnError)
	cmekpipe.RegisterFlags(fs)
	for _, v := range []string{"a=1", "b=2"} {
		if err := fs.Set("resource_hints", v); err != nil {
			t.Fatal(err)
		}
	}
	if got := fs.Lookup("resource_hints").Value.String(); got != "a=1 b=2" {
		t.Errorf("got %q, want both values", got)
	}
}

func TestJobFlagSet(t *testing.T) {
	tests := []struct {
		args []string
		want bool
	}{
		{nil, false},
		{[]string{"--input=gs://bank-in/a"}, false},
		{[]string{"--runner=dataflow"}, true},
		{[]string{"--input=gs://bank-in/a", "--temp_location=gs://bank-work/tmp"}, true},
		{[]string{"--async"}, true},
		{[]string{"--dataflow_endpoint=https://example.com"}, true},
	}
	for _, tt := range tests {
		fs := flag.NewFlagSet("job", flag.ContinueOnError)
		fs.String("input", "", "")
		fs.String("dataflow_endpoint", "", "") // a flag that Beam's runner defines and FromFlags refuses
		cmekpipe.RegisterFlags(fs)
		if cmekpipe.JobFlagSet(fs) {
			t.Errorf("%q before Parse: got true, want false", tt.args)
		}
		if err := fs.Parse(tt.args); err != nil {
			t.Fatal(err)
		}
		if got := cmekpipe.JobFlagSet(fs); got != tt.want {
			t.Errorf("%q: got %t, want %t", tt.args, got, tt.want)
		}
	}
}
