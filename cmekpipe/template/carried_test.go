package template_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/template"
)

// optionCase is a value of one field of Config, and what the two kinds of templates do with it: the flag by whose name it is
// refused, or "" if it stands in the request.
type optionCase struct {
	set           func(*cmekpipe.Config)
	classic, flex string
}

// carried is the wanted text for a field that stands elsewhere than in the environment.
const elsewhere = "elsewhere"

// optionCases are all fields of Config. elsewhere says that no request holds it, for the reason beside it.
func optionCases(w *world) map[string]optionCase {
	both := func(flag string, set func(*cmekpipe.Config)) optionCase { return optionCase{set, flag, flag} }
	return map[string]optionCase{
		"Runner":               both("runner", func(c *cmekpipe.Config) { c.Runner = "direct" }),
		"Key":                  both("", func(c *cmekpipe.Config) { c.Key = w.other.String() }),
		"Project":              both(elsewhere, func(c *cmekpipe.Config) { c.Project = "bank-other" }), // in the URL of the call
		"Region":               both(elsewhere, func(c *cmekpipe.Config) { c.Region = region }),        // likewise
		"TempLocation":         both("", func(c *cmekpipe.Config) { c.TempLocation = "gs://bank-other/tmp" }),
		"StagingLocation":      {func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-other/s" }, elsewhere, ""}, // of the records
		"JobName":              both(elsewhere, func(c *cmekpipe.Config) { c.JobName = "weekly" }),                    // made up without it
		"Labels":               both("", func(c *cmekpipe.Config) { c.Labels = map[string]string{"a": "b"} }),
		"Update":               both("", func(c *cmekpipe.Config) { c.Update = true }),
		"TransformNameMapping": both("", func(c *cmekpipe.Config) { c.Update, c.TransformNameMapping = true, map[string]string{"a": "b"} }),
		"TemplateLocation":     both("template_location", func(c *cmekpipe.Config) { c.TemplateLocation = stored }),
		"DryRun":               both(elsewhere, func(c *cmekpipe.Config) { c.DryRun = true }), // validateOnly of the call
		"Async":                both(elsewhere, func(c *cmekpipe.Config) { c.Async = false }), // whether the job is followed
		"SDKVersion":           both("sdk_version", func(c *cmekpipe.Config) { c.SDKVersion = "2.77.0" }),
		"WorkerBinary":         both("worker_binary", func(c *cmekpipe.Config) { c.WorkerBinary = "worker" }),
		"SDKContainerImage":    {func(c *cmekpipe.Config) { c.SDKContainerImage = "gcr.io/i" }, "sdk_container_image", ""},
		"SDKContainerImageOverrides": both("sdk_harness_container_image_override",
			func(c *cmekpipe.Config) { c.SDKContainerImageOverrides = map[string]string{"a": "b"} }),
		"EnvironmentType":          both(elsewhere, func(c *cmekpipe.Config) { c.EnvironmentType = "DOCKER" }), // no other is taken
		"ResourceHints":            both("resource_hints", func(c *cmekpipe.Config) { c.ResourceHints = []string{"cpu_count=4"} }),
		"ElementProcessingTimeout": both("element_processing_timeout", func(c *cmekpipe.Config) { c.ElementProcessingTimeout = time.Minute }),
		"ServiceAccountEmail":      both("", func(c *cmekpipe.Config) { c.ServiceAccountEmail = "w@bank-prod.iam.gserviceaccount.com" }),
		"Network":                  both("", func(c *cmekpipe.Config) { c.Network = "n" }),
		"Subnetwork":               both("", func(c *cmekpipe.Config) { c.Subnetwork = "regions/us-central1/subnetworks/s" }),
		"NoPublicIPs":              both("", func(c *cmekpipe.Config) { c.NoPublicIPs = true }),
		"NumWorkers":               both("", func(c *cmekpipe.Config) { c.NumWorkers = 3 }),
		"MaxNumWorkers":            both("", func(c *cmekpipe.Config) { c.MaxNumWorkers = 3 }),
		"WorkerHarnessThreads":     both("number_of_worker_harness_threads", func(c *cmekpipe.Config) { c.WorkerHarnessThreads = 3 }),
		"MachineType":              both("", func(c *cmekpipe.Config) { c.MachineType = "n2-standard-4" }),
		"MinCPUPlatform":           both("", func(c *cmekpipe.Config) { c.MinCPUPlatform = "Intel Ice Lake" }),
		"DiskSizeGB":               both("", func(c *cmekpipe.Config) { c.DiskSizeGB = 30 }),
		"DiskType":                 both("disk_type", func(c *cmekpipe.Config) { c.DiskType = "pd-ssd" }),
		"DiskProvisionedIOPS":      both("disk_provisioned_iops", func(c *cmekpipe.Config) { c.DiskProvisionedIOPS = 3 }),
		"DiskProvisionedThroughputMiBps": both("disk_provisioned_throughput_mibps",
			func(c *cmekpipe.Config) { c.DiskProvisionedThroughputMiBps = 3 }),
		"AutoscalingAlgorithm": {func(c *cmekpipe.Config) { c.AutoscalingAlgorithm = "NONE" }, "autoscaling_algorithm", ""},
		"TeardownPolicy":       both("teardown_policy", func(c *cmekpipe.Config) { c.TeardownPolicy = "TEARDOWN_ALWAYS" }),
		"FlexRSGoal":           {func(c *cmekpipe.Config) { c.FlexRSGoal = "FLEXRS_COST_OPTIMIZED" }, "flexrs_goal", ""},
		"WorkerRegion":         both("", func(c *cmekpipe.Config) { c.WorkerRegion = region }),
		"WorkerZone":           both("", func(c *cmekpipe.Config) { c.WorkerZone = "us-central1-b" }),
		"Zone":                 both("", func(c *cmekpipe.Config) { c.Zone = "us-central1-b" }),
		"Experiments":          both("", func(c *cmekpipe.Config) { c.Experiments = []string{"more"} }),
		"Strict":               both("strict", func(c *cmekpipe.Config) { c.Strict = true }),
		"Reviewed":             both("strict", func(c *cmekpipe.Config) { c.Strict, c.Reviewed = true, []string{"main.parseFn"} }),
		"ServiceOptions":       both("", func(c *cmekpipe.Config) { c.ServiceOptions = []string{"more"} }),
	}
}

// A field of Config that is new is neither carried nor refused, and must be one of them before it counts.
func TestEveryOptionIsCarriedOrRefused(t *testing.T) {
	w := newWorld(t)
	cases := optionCases(w)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[cmekpipe.Config]()) {
		tc, known := cases[field.Name]
		if !known {
			t.Errorf("nobody knows what a launch of a template does with %s: carry or refuse it", field.Name)
			continue
		}
		t.Run(field.Name, func(t *testing.T) {
			plain, opts := w.options(nil), w.options(tc.set)
			was := reflect.ValueOf(plain.Config()).FieldByIndex(field.Index).Interface()
			is := reflect.ValueOf(opts.Config()).FieldByIndex(field.Index).Interface()
			if field.Name != "Region" && reflect.DeepEqual(was, is) {
				t.Fatalf("got %v in both options, want the field set", is)
			}
			base, err := template.ClassicRequest(plain, template.Request{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.ClassicRequest(opts, template.Request{})
			requireFate(t, "classic", tc.classic, marshal(t, base) != marshal(t, got), err)
			baseFlex, err := template.FlexRequest(plain, template.Request{})
			if err != nil {
				t.Fatal(err)
			}
			gotFlex, err := template.FlexRequest(opts, template.Request{})
			requireFate(t, "flex", tc.flex, marshal(t, baseFlex) != marshal(t, gotFlex), err)
		})
	}
}

// requireFate fails the test unless an option changes the request, stands elsewhere or is refused, as wanted.
func requireFate(t *testing.T, kind, want string, changes bool, err error) {
	t.Helper()
	switch want {
	case "":
		if err != nil || !changes {
			t.Errorf("%s: got error %v and a changed request: %v, want the option in the request", kind, err, changes)
		}
	case elsewhere:
		if err != nil || changes {
			t.Errorf("%s: got error %v and a changed request: %v, want neither", kind, err, changes)
		}
	default:
		code := cmekpipe.Unsupported
		if want == "runner" {
			code = cmekpipe.InvalidOptions
		}
		requireError(t, err, code, want)
	}
}

func TestExperimentsAndServiceOptionsTravelTogether(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		change func(*cmekpipe.Config)
		want   []string
	}{
		"none": {nil, []string{"disable_always_on_exception_sampling"}},
		"all": {func(c *cmekpipe.Config) {
			c.Experiments, c.ServiceOptions, c.MinCPUPlatform = []string{"a=1"}, []string{"b"}, "Intel Ice Lake"
		}, []string{"a=1", "b", "disable_always_on_exception_sampling", "min_cpu_platform=Intel Ice Lake"}},
		"sampling is off": {func(c *cmekpipe.Config) { c.Experiments = []string{"disable_always_on_exception_sampling"} },
			[]string{"disable_always_on_exception_sampling"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := template.ClassicRequest(w.options(tc.change), template.Request{})
			if err != nil || !reflect.DeepEqual(got.Environment.AdditionalExperiments, tc.want) {
				t.Errorf("got %v and %v, want %q", got, err, tc.want)
			}
		})
	}
}
