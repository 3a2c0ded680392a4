package cmekrunner_test

import (
	"errors"
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/cmektest"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

const (
	pkg   = "github.com/cmekpipe/cmekpipe-go/cmekpipe/launch/cmekrunner"
	beams = "github.com/apache/beam/sdks/v2/go/pkg/beam/"
	// secret stands for the user's data.
	secret = "pan-4111111111111111"
)

// built makes the programs of folder testdata once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cmekdataflow-*")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", dir+"/", "./testdata/beamx", "./testdata/plain").CombinedOutput()
	if err != nil {
		err = errors.New(string(out))
	}
	return dir, err
})

func TestMain(m *testing.M) {
	flag.Parse()
	beam.Init() // for the example
	code := m.Run()
	if dir, _ := built(); dir != "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// world is a cloud, and the flags with which a job runs there.
type world struct {
	*cmektest.Cloud
	t     *testing.T
	key   cmekpipe.KeyName
	flags []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Cloud: cmektest.NewCloud(t), t: t}
	w.key = w.CreateKey("us-central1", "pipelines")
	w.CreateBucket("bank-work", "us-central1", w.key)
	worker := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(worker, []byte("a program for linux"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.flags = []string{
		"--dataflow_kms_key=" + w.key.String(), "--project=" + cmektest.Project, "--region=us-central1",
		"--temp_location=gs://bank-work/tmp", "--worker_binary=" + worker, "--job_name=nightly", "--word=" + secret,
	}
	return w
}

// run starts a program and returns what it printed, in which no element may be.
func (w *world) run(program string, flags ...string) (printed string, err error) {
	w.t.Helper()
	dir, err := built()
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(dir, program), slices.Concat(w.flags, flags)...).CombinedOutput()
	if strings.Contains(string(out), secret) {
		w.t.Errorf("found an element in\n%s", out)
	}
	return string(out), err
}

func (w *world) jobs() []*api.Job {
	w.t.Helper()
	service, err := api.NewService(w.t.Context(), w.ClientOptions(emulator.Dataflow)...)
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := service.Projects.Locations.Jobs.List(cmektest.Project, "us-central1").Do()
	if err != nil {
		w.t.Fatal(err)
	}
	jobs := make([]*api.Job, len(list.Jobs))
	for i, j := range list.Jobs {
		if jobs[i], err = service.Projects.Locations.Jobs.Get(cmektest.Project, "us-central1", j.Id).View("JOB_VIEW_ALL").Do(); err != nil {
			w.t.Fatal(err)
		}
	}
	return jobs
}

func eachProgram(t *testing.T, test func(t *testing.T, program string)) {
	for _, program := range []string{"beamx", "plain"} {
		t.Run(program, func(t *testing.T) { test(t, program) })
	}
}

func TestOneImportAndOneFlagEncryptTheJobWithTheKey(t *testing.T) {
	eachProgram(t, func(t *testing.T, program string) {
		w := newWorld(t)
		printed, err := w.run(program, "--runner=cmekdataflow", "--num_workers=3", `--labels={"team":"risk"}`, "--no_use_public_ips")
		if err != nil {
			t.Fatalf("%v:\n%s", err, printed)
		}
		jobs := w.jobs()
		if len(jobs) != 1 || jobs[0].Environment.ServiceKmsKeyName != w.key.String() || jobs[0].Name != "nightly" {
			t.Fatalf("got jobs %v, want one under %s", jobs, w.key)
		}
		if !strings.Contains(printed, "JOB "+jobs[0].Id) || !strings.Contains(printed, "is JOB_STATE_DONE") {
			t.Errorf("got\n%s\nwant the result's job id, and the job's states from Beam's logger", printed)
		}
		pool := jobs[0].Environment.WorkerPools[0]
		if pool.NumWorkers != 3 || pool.IpConfiguration != "WORKER_IP_PRIVATE" || jobs[0].Labels["team"] != "risk" {
			t.Errorf("got %+v with labels %v, want what Beam's flags say", pool, jobs[0].Labels)
		}
		text, _ := jobs[0].MarshalJSON()
		if strings.Contains(string(text), secret) {
			t.Error("got a flag of the program's own in the job's metadata")
		}
		for _, e := range w.Ledger() {
			if e.Kind == "object" && e.ProtectedBy() != w.key {
				t.Errorf("%s is encrypted with %q, want %s", e.Name, e.ProtectedBy(), w.key)
			}
		}
	})
}

func TestAnUnprotectedPipelineIsRefusedOnEveryRunner(t *testing.T) {
	for _, runner := range []string{"cmekdataflow", "cmekprism", "cmekdirect", "cmekflink", "cmekspark", "cmekuniversal"} {
		t.Run(runner, func(t *testing.T) {
			w := newWorld(t)
			printed, err := w.run("beamx", "--runner="+runner, "--output=gs://bank-work/out")
			if err == nil || !strings.Contains(printed, "cmekpipe[unprotected]") {
				t.Errorf("got %v and\n%s\nwant a refusal", err, printed)
			}
			if jobs := w.jobs(); len(jobs) != 0 || strings.Contains(printed, "JOB ") {
				t.Errorf("got jobs %v, want none", jobs)
			}
			if slices.ContainsFunc(w.Ledger(), func(e emulator.Entry) bool { return e.Kind == "object" }) {
				t.Error("got objects, want none")
			}
		})
	}
}

func TestBeamsOwnRunnersAreRefusedByName(t *testing.T) {
	w := newWorld(t)
	for runner, guarded := range map[string]string{
		"dataflow": "cmekdataflow", "DataflowRunner": "cmekdataflow", "flink": "cmekflink", "SparkRunner": "cmekspark",
		"universal": "cmekuniversal", "PortableRunner": "cmekuniversal",
	} {
		for _, program := range []string{"beamx", "plain"} {
			printed, err := w.run(program, "--runner="+runner, "--endpoint=localhost:1")
			if err == nil || !strings.HasPrefix(printed, "cmekpipe[invalid-options] cmekrunner.Init: ") || !strings.HasSuffix(printed, "; hint: set --runner="+guarded+"\n") {
				t.Errorf("%s, %s: got %v and\n%s\nwant it refused by beam.Init, with %s", program, runner, err, printed, guarded)
			}
		}
	}
	if jobs := w.jobs(); len(jobs) != 0 {
		t.Errorf("got jobs %v, want none", jobs)
	}
	// A worker and a program that runs its pipeline in its own process are not refused.
	if printed, err := w.run("beamx", "--runner=direct"); err != nil || !strings.Contains(printed, "JOB ") {
		t.Errorf("direct: got %v and\n%s\nwant a pipeline that ran", err, printed)
	}
	if printed, _ := w.run("beamx", "--runner=dataflow", "--worker"); strings.Contains(printed, "set --runner=") {
		t.Errorf("worker: got\n%s\nwant no refusal", printed)
	}
}

func TestADryRunPrintsThePlanOnLinesOfItsOwn(t *testing.T) {
	w := newWorld(t)
	printed, err := w.run("beamx", "--runner=cmekdataflow", "--dry_run")
	if err != nil || !strings.Contains(printed, "\njob\n") || !strings.Contains(printed, "\nfindings\n") || strings.Contains(printed, `\n`) {
		t.Errorf("got %v and\n%s\nwant the plan, line by line", err, printed)
	}
}

func TestAKeyUnderAnotherFlagIsAdvised(t *testing.T) {
	eachProgram(t, func(t *testing.T, program string) {
		printed, err := newWorld(t).run(program, "--runner=cmekdataflow", "--kms_key_name=k")
		if want := "\nflag --kms_key_name is not defined: the flag for the job's key is --dataflow_kms_key;"; err == nil || strings.Count(printed, want) != 1 {
			t.Errorf("got %v and\n%s\nwant once %q", err, printed, want)
		}
	})
}

func TestStrictModeIsAFlag(t *testing.T) {
	w := newWorld(t)
	printed, err := w.run("beamx", "--runner=cmekprism", "--cmek_strict")
	if err == nil || !strings.Contains(printed, "\n\t\"main.shout\",\n") {
		t.Errorf("got %v and\n%s\nwant a refusal with the entry to paste", err, printed)
	}
	if printed, err := w.run("beamx", "--runner=cmekprism", "--cmek_strict", "--cmek_reviewed=main.shout"); err != nil {
		t.Errorf("got %v and\n%s\nwant a pipeline that ran", err, printed)
	}
}

func TestGuardedRunnersRun(t *testing.T) {
	eachProgram(t, func(t *testing.T, program string) {
		w := newWorld(t)
		if printed, err := w.run(program, "--runner=cmekprism"); err != nil || !strings.Contains(printed, "JOB ") {
			t.Errorf("got %v and\n%s\nwant a pipeline that ran", err, printed)
		}
	})
	address := jobService(t)
	for _, runner := range []string{"cmekuniversal", "cmekflink"} {
		w := newWorld(t)
		w.flags = slices.DeleteFunc(w.flags, func(f string) bool { return strings.HasPrefix(f, "--worker_binary") })
		printed, err := w.run("beamx", "--runner="+runner, "--endpoint="+address, "--environment_type=LOOPBACK")
		if err != nil || !strings.Contains(printed, "JOB ") {
			t.Errorf("%s: got %v and\n%s\nwant a pipeline that ran", runner, err, printed)
		}
	}
}

// jobService starts Prism as somebody else's job service.
func jobService(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if _, err := prism.CreateJobServer(t.Context(), prism.Options{Port: port}); err != nil {
		t.Fatal(err)
	}
	return "localhost:" + strconv.Itoa(port)
}

func TestWhatFlagsAskForIsRefusedAsByLaunch(t *testing.T) {
	for _, tc := range []struct{ name, flag, want string }{
		{"a key elsewhere", "--dataflow_kms_key=projects/p-keys/locations/global/keyRings/r/cryptoKeys/k", "cmekpipe[invalid-options]"},
		{"profiles without a key", "--cpu_profiling=gs://bank-work/profiles", "cpu_profiling"},
		{"a service of others", "--dataflow_endpoint=https://example.com", "dataflow_endpoint"},
		{"another runner's service", "--endpoint=localhost:1", "endpoint"},
		{"a bucket that is missing", "--temp_location=gs://bank-none/tmp", "cmekpipe[not-found]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			printed, err := w.run("beamx", "--runner=cmekdataflow", tc.flag)
			if err == nil || !strings.Contains(printed, tc.want) {
				t.Errorf("got %v and\n%s\nwant %s refused", err, printed, tc.want)
			}
			if jobs := w.jobs(); len(jobs) != 0 {
				t.Errorf("got jobs %v, want none", jobs)
			}
		})
	}
	w := newWorld(t)
	if printed, err := w.run("beamx", "--runner=cmekspark"); err == nil || !strings.Contains(printed, "--endpoint=HOST:PORT") {
		t.Errorf("got %v and\n%s\nwant the flag endpoint asked for", err, printed)
	}
}

// Flags are defined at init, and a flag that is defined twice ends the program. Packages are initialised in the order of
// their paths once what they import is, so that Beam's come first if this package imports all that they do.
func TestBeamsFlagsAreDefinedBeforeOurs(t *testing.T) {
	runner := beams + "runners/dataflow"
	ours := deps(t, pkg)
	for _, path := range deps(t, runner) {
		if path != runner && !slices.Contains(ours, path) {
			t.Errorf("%s needs %s, which this package does not link: import it", runner, path)
		}
	}
	if runner > pkg {
		t.Errorf("%s comes after %s", runner, pkg)
	}
	if slices.Contains(ours, runner) {
		t.Errorf("this package links %s, and with it a runner without guard", runner)
	}
}

func deps(t *testing.T, path string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
