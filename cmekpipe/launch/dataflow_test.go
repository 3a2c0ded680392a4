package launch_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/launch"
)

func TestABatchJobRunsWithTheKey(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(nil)
	if err != nil {
		t.Fatal(err)
	}
	job := result.Job
	if job == nil || job.State != "JOB_STATE_DONE" || job.Key != w.key || job.Name != "nightly" || job.ID == "" {
		t.Fatalf("got job %+v, want nightly in JOB_STATE_DONE under %s", job, w.key)
	}
	if want := "https://console.cloud.google.com/dataflow/jobs/us-central1/" + job.ID + "?project=" + cmektest.Project; job.ConsoleURL() != want {
		t.Errorf("got URL %s, want %s", job.ConsoleURL(), want)
	}
	if want := "projects/" + cmektest.Project + "/locations/us-central1/jobs/" + job.ID; job.String() != want {
		t.Errorf("got name %s, want %s", job.String(), want)
	}
	stored := w.jobs()
	if len(stored) != 1 || stored[0].Environment.ServiceKmsKeyName != w.key.String() || stored[0].ClientRequestId == "" {
		t.Errorf("got jobs %v, want one with key and client request id", stored)
	}
	if said := w.said.String(); !strings.Contains(said, "JOB_STATE_DONE") || !strings.Contains(said, w.key.String()) {
		t.Errorf("got progress %q, want the job's key and last state", said)
	}
}

func TestEverythingStagedIsEncryptedWithTheKey(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(func(c *cmekpipe.Config) { c.StagingLocation = "gs://bank-work/staged/here/" }); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, o := range w.entries("object") {
		if o.ProtectedBy() != w.key || !o.KeyAsked {
			t.Errorf("%s is encrypted with %q, asked for: %v; want %s, asked for", o.Name, o.ProtectedBy(), o.KeyAsked, w.key)
		}
		if !strings.HasPrefix(o.Name, "gs://bank-work/staged/here/cmekpipe/") {
			t.Errorf("got object %s, want it in the staging location", o.Name)
		}
		kinds = append(kinds, path.Base(o.Name))
	}
	if slices.Sort(kinds); !slices.Equal(kinds, []string{"model", "worker"}) {
		t.Errorf("got objects %q, want worker and model", kinds)
	}
	if got := w.ReadObject(workerURL(t, w)); string(got) != "a program for linux" {
		t.Errorf("got worker %q, want the file's content", got)
	}
}

// workerURL is where the only job's workers find their program.
func workerURL(t *testing.T, w *world) string {
	t.Helper()
	pkg := w.jobs()[0].Environment.WorkerPools[0].Packages[0]
	if pkg.Name != "worker" || pkg.Sha256 == "" {
		t.Errorf("got package %+v, want the worker with its hash", pkg)
	}
	return pkg.Location
}

func TestTheSameIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		if _, err := w.run(nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.entries("object"); len(got) != 2 {
		t.Errorf("got %d objects, want worker and model once each", len(got))
	}
	uploads := 0
	for _, e := range w.Ledger() {
		if e.Kind == "object" && strings.Contains(e.Name, "/staging/cmekpipe/2") {
			uploads++
		}
	}
	if uploads != 2 {
		t.Errorf("got %d uploads, want 2", uploads)
	}
}

func TestAnotherKeyGetsItsOwnCopy(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	second := w.CreateKey("us-central1", "pipelines2")
	if _, err := w.run(func(c *cmekpipe.Config) { c.Key = second.String() }); err != nil {
		t.Fatal(err)
	}
	under := make(map[cmekpipe.KeyName]int)
	for _, o := range w.entries("object") {
		under[o.ProtectedBy()]++
	}
	if under[w.key] != 2 || under[second] != 2 || len(under) != 2 {
		t.Errorf("got objects by key %v, want two under each", under)
	}
}

func TestADamagedCopyIsReplaced(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	url := workerURL(t, w)
	w.WriteObject(url, []byte("something else"))
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if got := w.ReadObject(url); string(got) != "a program for linux" {
		t.Errorf("got worker %q, want it restored", got)
	}
	for _, o := range w.entries("object") {
		if o.ProtectedBy() != w.key {
			t.Errorf("%s is encrypted with %q, want %s", o.Name, o.ProtectedBy(), w.key)
		}
	}
}

func TestAsyncReturnsWithTheKeyVerified(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(func(c *cmekpipe.Config) { c.Async = true })
	if err != nil {
		t.Fatal(err)
	}
	if result.Job == nil || result.Job.Key != w.key || result.Job.State == "JOB_STATE_DONE" {
		t.Errorf("got job %+v, want one that runs under %s", result.Job, w.key)
	}
}

func TestAJobWithoutANameGetsOne(t *testing.T) {
	w := newWorld(t)
	result, err := w.run(func(c *cmekpipe.Config) { c.JobName = "" })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmekpipe.FromConfig(w.options(func(c *cmekpipe.Config) { c.JobName = result.Job.Name }).Config()); err != nil {
		t.Errorf("got name %q: %v", result.Job.Name, err)
	}
}

func TestEveryOptionReachesTheJob(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(func(c *cmekpipe.Config) {
		c.Labels = map[string]string{"team": "risk"}
		c.SDKVersion = core.SdkVersion
		c.SDKContainerImage = "us-docker.pkg.dev/bank/beam/go:1"
		c.ServiceAccountEmail = "worker@bank-prod.iam.gserviceaccount.com"
		c.Network, c.Subnetwork, c.NoPublicIPs = "net", "regions/us-central1/subnetworks/sub", true
		c.NumWorkers, c.MaxNumWorkers, c.WorkerHarnessThreads = 3, 9, 7
		c.MachineType, c.MinCPUPlatform = "n2-standard-4", "Intel Ice Lake"
		c.DiskSizeGB, c.DiskType, c.DiskProvisionedIOPS, c.DiskProvisionedThroughputMiBps = 50, "hyperdisk-balanced", 4000, 200
		c.AutoscalingAlgorithm, c.FlexRSGoal = "THROUGHPUT_BASED", "FLEXRS_COST_OPTIMIZED"
		c.WorkerZone = "us-central1-b"
		c.Experiments, c.ServiceOptions = []string{"use_runner_v2=true", "mine"}, []string{"block_project_ssh_keys"}
	}); err != nil {
		t.Fatal(err)
	}
	j := w.jobs()[0]
	env, pool := j.Environment, j.Environment.WorkerPools[0]
	for _, field := range []struct {
		name      string
		got, want any
	}{
		{"name", j.Name, "nightly"},
		{"label", j.Labels["team"], "risk"},
		{"type", j.Type, "JOB_TYPE_BATCH"},
		{"key", env.ServiceKmsKeyName, w.key.String()},
		{"temp location", env.TempStoragePrefix, "gs://bank-work/tmp"},
		{"image", env.WorkerPools[0].SdkHarnessContainerImages[0].ContainerImage, "us-docker.pkg.dev/bank/beam/go:1"},
		{"old image", pool.WorkerHarnessContainerImage, "us-docker.pkg.dev/bank/beam/go:1"},
		{"service account", env.ServiceAccountEmail, "worker@bank-prod.iam.gserviceaccount.com"},
		{"network", pool.Network, "net"},
		{"subnetwork", pool.Subnetwork, "regions/us-central1/subnetworks/sub"},
		{"addresses", pool.IpConfiguration, "WORKER_IP_PRIVATE"},
		{"workers", pool.NumWorkers, int64(3)},
		{"most workers", pool.AutoscalingSettings.MaxNumWorkers, int64(9)},
		{"threads", pool.NumThreadsPerWorker, int64(7)},
		{"machine type", pool.MachineType, "n2-standard-4"},
		{"disk size", pool.DiskSizeGb, int64(50)},
		{"disk type", pool.DiskType, "hyperdisk-balanced"},
		{"disk IOPS", pool.DiskProvisionedIops, int64(4000)},
		{"disk throughput", pool.DiskProvisionedThroughputMibps, int64(200)},
		{"autoscaling", pool.AutoscalingSettings.Algorithm, "AUTOSCALING_ALGORITHM_BASIC"},
		{"FlexRS", env.FlexResourceSchedulingGoal, "FLEXRS_COST_OPTIMIZED"},
		{"worker zone", env.WorkerZone, "us-central1-b"},
		{"service options", strings.Join(env.ServiceOptions, ","), "block_project_ssh_keys"},
		{"experiments", strings.Join(env.Experiments, ","), "use_runner_v2=true,mine,beam_fn_api,use_unified_worker," +
			"use_portable_job_submission,disable_always_on_exception_sampling,min_cpu_platform=Intel Ice Lake"},
	} {
		if field.got != field.want {
			t.Errorf("%s: got %v, want %v", field.name, field.got, field.want)
		}
	}
}

func TestWorkersArePlacedWhereTheOptionsSay(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		name              string
		change            func(*cmekpipe.Config)
		wantRegion, wantZ string
	}{
		{"region", func(c *cmekpipe.Config) { c.WorkerRegion = "us-central1" }, "us-central1", ""},
		{"old zone", func(c *cmekpipe.Config) { c.Zone = "us-central1-c" }, "", "us-central1-c"},
		{"nothing", nil, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			result, err := w.run(tc.change)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range w.jobs() {
				if j.Id == result.Job.ID && (j.Environment.WorkerRegion != tc.wantRegion || j.Environment.WorkerZone != tc.wantZ) {
					t.Errorf("got region %q and zone %q, want %q and %q", j.Environment.WorkerRegion, j.Environment.WorkerZone, tc.wantRegion, tc.wantZ)
				}
			}
		})
	}
}

func TestTheDefaultImageIsBeams(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	want := "gcr.io/cloud-dataflow/v1beta3/beam_go_sdk:" + core.SdkVersion
	if got := w.jobs()[0].Environment.WorkerPools[0].SdkHarnessContainerImages[0].ContainerImage; got != want {
		t.Errorf("got image %q, want %q", got, want)
	}
}

func TestGuardComesBeforeEverythingElse(t *testing.T) {
	w := newWorld(t)
	if err := os.Remove(w.worker); err != nil {
		t.Fatal(err)
	}
	_, err := launch.Run(t.Context(), w.options(nil), unprotected(), launch.WithHaste(), launch.WithProgress(w.said))
	if got := cmekpipe.CodeOf(err); got != cmekpipe.Unprotected {
		t.Errorf("got error %v, want code %q", err, cmekpipe.Unprotected)
	}
	if got := w.entries("object"); len(got) != 0 {
		t.Errorf("got objects %v, want none", got)
	}
}
