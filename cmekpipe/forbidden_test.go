package cmekpipe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// forbiddenItem is an experiment or service option that no job has.
type forbiddenItem struct{ item, reason string }

func forbiddenItems() []forbiddenItem {
	const (
		sampling = "which writes elements below temp_location without naming the key"
		hotKeys  = "which writes keys of elements to Cloud Logging"
		profiler = "which sends profiles to Cloud Profiler"
		dumps    = "which uploads the memory of workers"
		profiles = "which writes profiles to Cloud Storage without naming the key"
		runner   = "the only runner for Go"
	)
	return []forbiddenItem{
		{"enable_data_sampling", sampling}, {"enable_data_sampling=true", sampling}, {"enable_data_sampling=false", sampling},
		{"Enable-Data-Sampling", sampling}, {"enableDataSampling", sampling}, {"--enable_data_sampling", sampling},
		{"enable_data_sampling_v2", sampling}, {"enable_always_on_exception_sampling", sampling},
		{"enable_hot_key_logging", hotKeys}, {"hotKeyLoggingEnabled=true", hotKeys},
		{"enable_google_cloud_profiler", profiler}, {"enable_google_cloud_profiler=ledger", profiler},
		{"enable_google_cloud_heap_sampling", profiler},
		{"save_heap_dumps_to_gcs_path=gs://x/y", dumps}, {"saveHeapDumpsToGcsPath=gs://x/y", dumps}, {"dump_heap_on_oom", dumps},
		{"dumpHeapOnOOM=true", dumps}, {"enableHeapDumps", dumps},
		{"cpu_profiling=gs://x/y", profiles}, {"saveProfilesToGcs=gs://x/y", profiles}, {"profile_location=gs://x", profiles},
		{"session_recording=gs://x/y", "including elements, without naming the key"},
		{"enable_stackdriver_agent_metrics", "an image that is no longer maintained"},
		{"enable_stackdriver_agent_metrics=true", "an image that is no longer maintained"},
		{"use_stackdriver_agent", "an image that is no longer maintained"},
		{"disable_staged_file_integrity_checks", "another file than the one that was staged"},
		{"create_or_update_job", "without the checks of an update"}, {"createOrUpdateJob=true", "without the checks of an update"},
		{"disable_runner_v2", runner}, {"disable_runner_v2_until_2023", runner}, {"disable_runner_v2_until_v2.50", runner},
		{"disable_prime_runner_v2", runner}, {"disable_portable_runner", runner}, {"enable_streaming_java_runner", runner},
		{"DISABLE_RUNNER_V2", runner}, {"disableRunnerV2=1", runner},
		{"use_runner_v2=false", runner}, {"use_runner_v2=0", runner}, {"useRunnerV2=no", runner}, {"beam_fn_api=false", runner},
		{"use_unified_worker=false", runner}, {"use_portable_job_submission=false", runner},
	}
}

func forbiddenFaults() []singleFault {
	var faults []singleFault
	for _, tt := range forbiddenItems() {
		faults = append(faults, itemFaults(tt.item, cmekpipe.Unsupported, tt.reason)...)
	}
	for _, item := range []string{" a", "a\t", "a ", " "} {
		faults = append(faults, itemFaults(item, cmekpipe.InvalidOptions, "got ")...)
	}
	return faults
}

// Workers get all experiments in one text, with commas between them. Flags are split at commas.
func TestTwoExperimentsInOneElementAreRefused(t *testing.T) {
	c := goodConfig()
	c.Experiments = []string{"a=b,enable_data_sampling"}
	opts, err := cmekpipe.FromConfig(c)
	checkOneFault(t, opts, err, "cmekpipe.FromConfig", singleFault{code: cmekpipe.InvalidOptions, field: "experiments",
		reason: `the element that begins with "a"`})
}

// itemFaults are one item as an experiment and as a service option.
func itemFaults(item string, code cmekpipe.Code, reason string) []singleFault {
	return []singleFault{
		{"experiment " + item, fields{"experiments": "good," + item},
			func(c *cmekpipe.Config) { c.Experiments = []string{"good", item} }, code, "experiments", reason},
		{"service option " + item, fields{"dataflow_service_options": item},
			func(c *cmekpipe.Config) { c.ServiceOptions = []string{item} }, code, "dataflow_service_options", reason},
	}
}

func sameKeyFaults() []singleFault {
	const other = "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines2"
	var faults []singleFault
	for _, name := range []string{"dataflow_kms_key", "dataflowKmsKey", "--dataflow-kms-key", "kmsKeyName", "kms_key_name", "serviceKmsKeyName", "kmsKey", "gcp_kms_key"} {
		faults = append(faults, itemFaults(name+"="+other, cmekpipe.KeyMismatch, "got key "+other+" as")...)
		faults = append(faults, itemFaults(name+"="+goodKey+"/cryptoKeyVersions/1", cmekpipe.InvalidName, "")...)
	}
	faults = append(faults, itemFaults("dataflow_kms_key="+strings.Replace(goodKey, "us-central1", "us-east1", 1), cmekpipe.KeyMismatch, goodKey)...)
	faults = append(faults, itemFaults("dataflow_kms_key="+strings.ToUpper(goodKey), cmekpipe.InvalidName, "")...)
	faults = append(faults, itemFaults("dataflow_kms_key=", cmekpipe.KeyMissing, `got "dataflow_kms_key" without a key`)...)
	faults = append(faults, itemFaults("kmsKeyName", cmekpipe.KeyMissing, "without a key")...)
	faults = append(faults, itemFaults("worker_region=us-east1", cmekpipe.LocationMismatch, "got region us-east1")...)
	faults = append(faults, itemFaults("workerRegion=us-east1", cmekpipe.LocationMismatch, "got region us-east1")...)
	faults = append(faults, itemFaults("region=us-east1", cmekpipe.LocationMismatch, "got region us-east1")...)
	faults = append(faults, itemFaults("worker_zone=us-east1-b", cmekpipe.LocationMismatch, "got a zone of us-east1")...)
	faults = append(faults, itemFaults("zone=us-east1-b", cmekpipe.LocationMismatch, "got a zone of us-east1")...)
	return append(faults, itemFaults("subnetwork=regions/us-east1/subnetworks/w", cmekpipe.LocationMismatch, "got region us-east1")...)
}

func goodItems() []string {
	return []string{"", "beam_fn_api", "use_runner_v2", "use_runner_v2=true", "shuffle_mode=service", "enable_streaming_engine", "min_cpu_platform=Intel Ice Lake",
		"disable_always_on_exception_sampling", "block_project_ssh_keys", "worker_region=us-central1", "dataflow_kms_key=" + goodKey, "kmsKeyName=" + goodKey}
}

func TestGoodExperimentsAreAccepted(t *testing.T) {
	for _, item := range goodItems() {
		c := goodConfig()
		c.Experiments = []string{item}
		mustOptions(t, c)
		c.Experiments, c.ServiceOptions = nil, []string{item}
		mustOptions(t, c)
	}
}

// An item with the name of an option may repeat it.
func TestExperimentsMayRepeatOptions(t *testing.T) {
	for _, tt := range []struct {
		item string
		set  func(*cmekpipe.Config)
	}{
		{"network=inner", func(c *cmekpipe.Config) { c.Network = "inner" }},
		{"subnetwork=googleapis.com/compute/v1/projects/p/regions/us-central1/subnetworks/w",
			func(c *cmekpipe.Config) {
				c.Subnetwork = "https://www.googleapis.com/compute/v1/projects/p/regions/us-central1/subnetworks/w"
			}},
		{"no_use_public_ips", func(c *cmekpipe.Config) { c.NoPublicIPs = true }},
		{"usePublicIps=false", func(c *cmekpipe.Config) { c.NoPublicIPs = true }},
		{"use_public_ips=true", func(*cmekpipe.Config) {}},
		{"machine_type=n2-standard-4", func(c *cmekpipe.Config) { c.MachineType = "n2-standard-4" }},
		{"temp_location=gs://bank-scratch/", func(c *cmekpipe.Config) { c.TempLocation = "gs://bank-scratch" }},
		{"runner_harness_container_image=gcr.io/cloud-dataflow/v1beta3/unified-harness:20211003-rc00", func(*cmekpipe.Config) {}},
	} {
		c := goodConfig()
		tt.set(&c)
		c.Experiments = []string{tt.item}
		mustOptions(t, c)
	}
}

func TestOptionsOfOtherSDKsMustNotContradict(t *testing.T) {
	c := goodConfig()
	c.Network, c.Subnetwork, c.NoPublicIPs = "inner", "regions/us-central1/subnetworks/w", true
	c.ServiceAccountEmail, c.SDKContainerImage = "w@bank-prod.iam.gserviceaccount.com", "gcr.io/p/i:2.77.0"
	opts := mustOptions(t, c)
	for _, tt := range []struct{ name, good, bad string }{
		{"network", "inner", "outer"},
		{"subnetwork", "regions/us-central1/subnetworks/w", "regions/us-central1/subnetworks/x"},
		{"usePublicIps", "false", "true"},
		{"no_use_public_ips", "true", "false"},
		{"serviceAccount", "w@bank-prod.iam.gserviceaccount.com", "x@bank-prod.iam.gserviceaccount.com"},
		{"workerHarnessContainerImage", "gcr.io/p/i:2.77.0", "gcr.io/p/i:latest"},
		{"experiments", "a,network=inner", "a,network=outer"},
		{"runnerHarnessContainerImage", "gcr.io/cloud-dataflow/v1beta3/harness:1", "gcr.io/x/harness:1"},
	} {
		if err := opts.CheckOptions(map[string]string{tt.name: tt.good}); err != nil {
			t.Errorf("%s=%s: got %v, want it accepted", tt.name, tt.good, err)
		}
		faults := cmekpipe.OptionErrors(opts.CheckOptions(map[string]string{tt.name: tt.bad}))
		if len(faults) != 1 || faults[0].Resource != tt.name || faults[0].Hint == "" {
			t.Errorf("%s=%s: got %v, want one fault", tt.name, tt.bad, faults)
		}
	}
	// What the job's options leave open, and what Dataflow has no option for, is the program's.
	if err := mustOptions(t, goodConfig()).CheckOptions(map[string]string{"network": "outer", "usePublicIps": "true", "input": "gs://b/o"}); err != nil {
		t.Errorf("got %v, want options accepted that contradict nothing", err)
	}
	if err := opts.CheckOptions(map[string]string{"dataflowKmsKey": goodKey + "2"}); !strings.Contains(fmt.Sprint(err), "got key "+goodKey+"2") {
		t.Errorf("got %v, want the other key refused", err)
	}
}

// A key that is bad itself is blamed alone.
func TestABadKeyIsNotComparedWithOthers(t *testing.T) {
	c := goodConfig()
	c.Key, c.Experiments = "", []string{"dataflow_kms_key=" + goodKey}
	_, err := cmekpipe.FromConfig(c)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 1 || faults[0].Resource != "dataflow_kms_key" {
		t.Errorf("got %v, want one fault, the key's", err)
	}
}

func TestCheckOptionsFollowsTheRulesOfConfig(t *testing.T) {
	key := mustKeyName(t)
	for _, tt := range []struct {
		name, value string
		code        cmekpipe.Code
		reason      string
	}{
		{"dataflow_kms_key", goodKey + "2", cmekpipe.KeyMismatch, "got key " + goodKey + "2 as"},
		{"dataflowKmsKey", goodKey + "2", cmekpipe.KeyMismatch, "want " + goodKey + ", the job's"},
		{"--kms-key-name", goodKey + "2", cmekpipe.KeyMismatch, goodKey},
		{"kmsKeyName", goodKey + "/cryptoKeyVersions/1", cmekpipe.InvalidName, ""},
		{"region", "us-east1", cmekpipe.LocationMismatch, "got region us-east1"},
		{"workerRegion", "us-east1", cmekpipe.LocationMismatch, "got region us-east1"},
		{"worker_zone", "us-east1-b", cmekpipe.LocationMismatch, "got a zone of us-east1"},
		{"subnetwork", "regions/us-east1/subnetworks/w", cmekpipe.LocationMismatch, "got region us-east1"},
		{"experiments", "a,enable_data_sampling", cmekpipe.Unsupported, "which writes elements"},
		{"experiments", `["a", "enable_data_sampling"]`, cmekpipe.Unsupported, "which writes elements"},
		{"additionalExperiments", "enable_hot_key_logging", cmekpipe.Unsupported, "to Cloud Logging"},
		{"dataflow_service_options", "a,enable_google_cloud_profiler=x", cmekpipe.Unsupported, "to Cloud Profiler"},
		{"dataflowServiceOptions", "dataflow_kms_key=" + goodKey + "2", cmekpipe.KeyMismatch, goodKey + "2"},
		{"enable_hot_key_logging", "true", cmekpipe.Unsupported, "to Cloud Logging"},
		{"hotKeyLoggingEnabled", "secret", cmekpipe.Unsupported, "to Cloud Logging"},
		{"saveHeapDumpsToGcsPath", "gs://secret", cmekpipe.Unsupported, "the memory of workers"},
		{"dumpHeapOnOOM", "true", cmekpipe.Unsupported, "the memory of workers"},
		{"cpu_profiling", "gs://secret", cmekpipe.Unsupported, "without naming the key"},
		{"enableLauncherVmSerialPortLogging", "true", cmekpipe.Unsupported, "the launcher's console"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := cmekpipe.CheckOptions(key, map[string]string{tt.name: tt.value, "mine": "secret"})
			faults := cmekpipe.OptionErrors(err)
			if len(faults) != 1 {
				t.Fatalf("got %v, want one fault", err)
			}
			checkRefusal(t, faults[0], "", tt.code, tt.name, tt.reason)
			checkWhole(t, err, "cmekpipe.CheckOptions", tt.code)
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want no value in it", err)
			}
		})
	}
	for name, value := range map[string]string{
		"dataflow_kms_key": goodKey, "kmsKeyName": goodKey, "dataflowKmsKey": "", "region": "us-central1", "zone": "us-central1-a", "workerRegion": "",
		"enable_hot_key_logging": "false", "dumpHeapOnOOM": "False", "save_heap_dumps_to_gcs_path": "", "experiments": "beam_fn_api, shuffle_mode=service",
		"endpoint": "https://example.com", "parallelism": "4", "my_kms_key": goodKey + "2", "serviceOptions": "",
	} {
		if err := cmekpipe.CheckOptions(key, map[string]string{name: value}); err != nil {
			t.Errorf("%s=%s: got %v, want none", name, value, err)
		}
	}
}

func TestCheckOptionsReturnsAllFaultsInOrder(t *testing.T) {
	options := map[string]string{"zone": "us-east1-b", "dataflow_kms_key": goodKey + "2", "experiments": "enable_data_sampling,disable_runner_v2"}
	err := cmekpipe.CheckOptions(mustKeyName(t), options)
	var got []string
	for _, f := range cmekpipe.OptionErrors(err) {
		got = append(got, f.Resource)
	}
	if diff := cmp.Diff([]string{"dataflow_kms_key", "experiments", "experiments", "zone"}, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	err = cmekpipe.CheckOptions(cmekpipe.KeyName{}, options)
	if faults := cmekpipe.OptionErrors(err); len(faults) != 3 || faults[0].Code != cmekpipe.KeyMissing {
		t.Errorf("got %v, want the zero key refused first", err)
	}
}

// FuzzExperiments checks that an item gets the same faults in both lists and in CheckOptions, and that its value is never printed.
func FuzzExperiments(f *testing.F) {
	for _, tt := range forbiddenItems() {
		f.Add(tt.item)
	}
	for _, item := range goodItems() {
		f.Add(item)
	}
	for _, tt := range sameKeyFaults() {
		f.Add(tt.flags["dataflow_service_options"])
	}
	f.Fuzz(func(t *testing.T, item string) {
		c := goodConfig()
		c.Experiments = []string{item}
		opts, err := cmekpipe.FromConfig(c)
		c.Experiments, c.ServiceOptions = nil, []string{item}
		_, serviceErr := cmekpipe.FromConfig(c)
		if len(cmekpipe.OptionErrors(err)) != len(cmekpipe.OptionErrors(serviceErr)) {
			t.Fatalf("got %v as experiment and %v as service option, want the same faults", err, serviceErr)
		}
		if err != nil {
			checkFuzzed(t, opts.Valid(), err)
			return
		}
		if err := cmekpipe.CheckOptions(mustKeyName(t), map[string]string{"experiments": item}); err != nil {
			t.Errorf("got %v from CheckOptions, want the faults of FromConfig", err)
		}
	})
}
