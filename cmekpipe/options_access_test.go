package cmekpipe_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// fullConfig sets every field.
func fullConfig() cmekpipe.Config {
	return cmekpipe.Config{
		Runner: "DataflowRunner", Key: goodKey, Project: "bank-prod", Region: "us-central1", TempLocation: "gs://bank-work/tmp/",
		StagingLocation: "gs://bank-stage", JobName: "nightly", Labels: map[string]string{"team": "risk"}, Update: true,
		TransformNameMapping: map[string]string{"Old": "New"}, DryRun: true, Strict: true, Reviewed: []string{"main.fn"},
		Async: true, SDKVersion: "2.77.0",
		WorkerBinary: "bin/worker", SDKContainerImage: "gcr.io/p/i:1", SDKContainerImageOverrides: map[string]string{"java": "gcr.io/p/java:1"},
		EnvironmentType: "docker", ResourceHints: []string{"min_ram=12GB"}, ElementProcessingTimeout: time.Minute,
		ServiceAccountEmail: "w@bank-prod.iam.gserviceaccount.com", Network: "inner", Subnetwork: "regions/us-central1/subnetworks/w",
		NoPublicIPs: true, NumWorkers: 1, MaxNumWorkers: 2, WorkerHarnessThreads: 3, MachineType: "n2-standard-4",
		MinCPUPlatform: "Intel Ice Lake", DiskSizeGB: 4, DiskType: "pd-ssd", DiskProvisionedIOPS: 5, DiskProvisionedThroughputMiBps: 6,
		AutoscalingAlgorithm: "NONE", TeardownPolicy: "TEARDOWN_NEVER", FlexRSGoal: "FLEXRS_COST_OPTIMIZED", WorkerRegion: "us-central1",
		Experiments: []string{"a"}, ServiceOptions: []string{"b"},
	}
}

func TestAccessorsReturnTheConfiguration(t *testing.T) {
	opts := mustOptions(t, fullConfig())
	var folders [2]string
	for i, f := range []cmekpipe.Folder{opts.TempLocation(), opts.StagingLocation()} {
		folders[i] = f.Bucket() + " " + f.Prefix() + " " + f.String()
	}
	if want := [...]string{"bank-work tmp gs://bank-work/tmp", "bank-stage  gs://bank-stage"}; folders != want {
		t.Errorf("got folders %q, want %q", folders, want)
	}
	got := map[string]any{
		"Runner": opts.Runner(), "JobName": opts.JobName(), "Labels": opts.Labels(), "Update": opts.Update(),
		"TransformNameMapping": opts.TransformNameMapping(), "DryRun": opts.DryRun(), "Strict": opts.Strict(), "Reviewed": opts.Reviewed(), "Async": opts.Async(), "SDKVersion": opts.SDKVersion(),
		"Experiments": opts.Experiments(), "ServiceOptions": opts.ServiceOptions(), "Template": opts.TemplateLocation().String(),
		"Workers": opts.Workers(), "Environment": opts.Environment(),
	}
	want := map[string]any{
		"Runner": cmekpipe.RunnerDataflow, "JobName": "nightly", "Labels": map[string]string{"team": "risk"}, "Update": true,
		"TransformNameMapping": map[string]string{"Old": "New"}, "DryRun": true, "Strict": true, "Reviewed": []string{"main.fn"}, "Async": true, "SDKVersion": "2.77.0",
		"Experiments": []string{"a"}, "ServiceOptions": []string{"b"}, "Template": "",
		"Workers": cmekpipe.Workers{NumWorkers: 1, MaxNumWorkers: 2, WorkerHarnessThreads: 3, MachineType: "n2-standard-4",
			MinCPUPlatform: "Intel Ice Lake", DiskSizeGB: 4, DiskType: "pd-ssd", DiskProvisionedIOPS: 5, DiskProvisionedThroughputMiBps: 6,
			AutoscalingAlgorithm: cmekpipe.AutoscalingNone, TeardownPolicy: cmekpipe.TeardownNever, FlexRSGoal: cmekpipe.FlexRSCostOptimized,
			ServiceAccountEmail: "w@bank-prod.iam.gserviceaccount.com", Network: "inner", Subnetwork: "regions/us-central1/subnetworks/w",
			NoPublicIPs: true, WorkerRegion: "us-central1"},
		"Environment": cmekpipe.Environment{WorkerBinary: "bin/worker", SDKContainerImage: "gcr.io/p/i:1",
			SDKContainerImageOverrides: map[string]string{"java": "gcr.io/p/java:1"}, Type: cmekpipe.EnvironmentDocker,
			ResourceHints: []string{"min_ram=12GB"}, ElementProcessingTimeout: time.Minute},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accessors (-want +got):\n%s", diff)
	}
}

// Every field of Config is in fullConfig or in an exception, so that a new one gets an accessor.
func TestFullConfigSetsEveryField(t *testing.T) {
	exceptions := map[string]bool{"TemplateLocation": true, "WorkerZone": true, "Zone": true} // contradict another field
	value := reflect.ValueOf(fullConfig())
	for i := range value.NumField() {
		if name := value.Type().Field(i).Name; value.Field(i).IsZero() != exceptions[name] {
			t.Errorf("field %s: got zero %t, want %t", name, value.Field(i).IsZero(), exceptions[name])
		}
	}
}

func TestAccessorsShareNothing(t *testing.T) {
	opts, want := mustOptions(t, fullConfig()), mustOptions(t, fullConfig())
	opts.Labels()["team"], opts.TransformNameMapping()["Old"] = "x", "x"
	opts.Experiments()[0], opts.ServiceOptions()[0] = "x", "x"
	environment := opts.Environment()
	environment.ResourceHints[0], environment.SDKContainerImageOverrides["java"] = "x", "x"
	if !opts.Equal(want) {
		t.Errorf("got %v after changes to what accessors returned, want %v", opts.Config(), want.Config())
	}
}

func TestTemplateLocationIsEncryptedWithTheKey(t *testing.T) {
	c := goodConfig()
	c.TemplateLocation = "gs://bank-work/t/nightly.json"
	got := mustOptions(t, c).TemplateLocation()
	if got != mustKeyName(t).MustObject("gs://bank-work/t/nightly.json") {
		t.Errorf("got %v with key %v, want the object with the job's key", got, got.Key())
	}
	if none := mustOptions(t, goodConfig()).TemplateLocation(); none.Valid() {
		t.Errorf("got %v, want none", none)
	}
}

func TestEnvironmentTypeFollowsTheRunner(t *testing.T) {
	for runner, want := range map[string]cmekpipe.EnvironmentType{
		"": cmekpipe.EnvironmentLoopback, "direct": cmekpipe.EnvironmentLoopback, "dataflow": cmekpipe.EnvironmentDocker, "flink": "",
	} {
		c := goodConfig()
		c.Runner = runner
		if got := mustOptions(t, c).Environment().Type; got != want {
			t.Errorf("runner %q: got %q, want %q", runner, got, want)
		}
	}
}

func TestOptionsOfTheirConfigAreEqual(t *testing.T) {
	for _, c := range []cmekpipe.Config{goodConfig(), fullConfig()} {
		opts := mustOptions(t, c)
		if again := mustOptions(t, opts.Config()); !again.Equal(opts) {
			t.Errorf("got %v, want %v", again.Config(), opts.Config())
		}
	}
}

func TestCheckSDKVersion(t *testing.T) {
	free, pinned := mustOptions(t, goodConfig()), mustOptions(t, fullConfig())
	for _, tt := range []struct {
		opts         *cmekpipe.Options
		linked, want string
	}{
		{free, "2.77.0", ""}, {free, "2.40.0", ""}, {free, "2.39.0", "supports customer-managed keys"}, {free, "x", "want a version of Beam"},
		{free, "", "got no version of Beam"}, {pinned, "2.77.0", ""}, {pinned, "2.78.0", "got 2.77.0, but 2.78.0 is linked in"},
	} {
		err := tt.opts.CheckSDKVersion(tt.linked)
		if tt.want == "" {
			if err != nil {
				t.Errorf("linked %s: got %v, want none", tt.linked, err)
			}
			continue
		}
		checkOneFault(t, nil, err, "cmekpipe.Options.CheckSDKVersion", singleFault{code: cmekpipe.InvalidOptions, field: "sdk_version", reason: tt.want})
	}
}

func TestZeroFolderNamesNothing(t *testing.T) {
	var f cmekpipe.Folder
	if f.Valid() || f.Bucket()+f.Prefix()+f.String() != "" {
		t.Errorf("got %#v, want nothing in it", f)
	}
}

func TestNormalizeOptionName(t *testing.T) {
	for _, name := range []string{"dataflow_kms_key", "dataflowKmsKey", "--dataflow-kms-key", "DATAFLOW KMS KEY"} {
		if got := cmekpipe.NormalizeOptionName(name); got != "dataflowkmskey" {
			t.Errorf("%s: got %q, want dataflowkmskey", name, got)
		}
	}
}
